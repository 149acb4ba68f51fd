"""Converting KITTI tracking as downloaded."""

from collections.abc import Sequence
from pathlib import Path

from fairmot_mm.datasets.converters.benchmark_part import (
    BenchmarkVideo,
    make_source,
    require_videos,
    write_benchmark_set,
)
from fairmot_mm.datasets.converters.conversion_report import ConversionReport
from fairmot_mm.datasets.converters.label_part import SourcePart
from fairmot_mm.datasets.converters.target import Target
from fairmot_mm.utils import DataError, frame_numbers, list_images
from fairmot_mm.utils.benchmark_rules import KITTI_RULES
from fairmot_mm.utils.file_listing import list_files
from fairmot_mm.utils.kitti_io import read_kitti

FRAME_RATE = 10.0


def convert_kitti(
    source: str | Path,
    out: str | Path,
    name: str = 'kitti',
    *,
    val: Sequence[str] = (),
    classes: Sequence[str] = KITTI_RULES.classes,
    ignore_classes: Sequence[str] = (),
    clip: bool = False,
    copy: bool = False,
    workers: int | None = None,
    show_progress: bool = False,
) -> ConversionReport:
    """Convert the training sequences of KITTI tracking.

    Ignore regions are made of ``DontCare``, of vans and sitting persons (which resemble
    cars and pedestrians), and of boxes that are truncated or whose occlusion is
    unknown (3). In ``gt/gt.txt`` all except ``DontCare`` keep class and box with mark
    0, so that results which match them do not count, as in the benchmark.

    Args:
        source: Folder ``training`` with ``image_02`` and ``label_02``, or the folder
            above it. Nothing is written there.
        out: Data root of the training configs.
        name: Name of the set.
        val: Names of the sequences of the list ``val``; the others are in ``train``.
        classes: See `ClassMap`; all names of KITTI can be used, in any case.
        ignore_classes: Names of further classes whose boxes become ignore regions.
        clip: Clip boxes to the image.
        copy: Copy images rather than link to them.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw progress bars.

    Raises:
        DataError: There is no sequence, or a file is malformed or missing.
        OutputError: ``out`` cannot be written.
    """
    source = Path(source)
    target = Target(Path(out), name, copy, workers, show_progress)
    target.require_apart(source)
    root = source / 'training' if (source / 'training').is_dir() else source
    videos = [
        BenchmarkVideo(
            file.stem,
            'val' if file.stem in val else 'train',
            root / 'image_02' / file.stem,
            file,
        )
        for file in list_files(root / 'label_02', '.txt')
    ]
    require_videos(videos, f'no label_02/SEQ.txt in {root}')
    unknown = sorted(set(val) - {video.name for video in videos})
    if unknown:
        raise DataError(f'--val {unknown[0]}: {root}/label_02 has no such sequence')
    return write_benchmark_set(
        target, videos, _read_video, ['train', 'val'], classes, ignore_classes, clip
    )


def _read_video(video: BenchmarkVideo) -> SourcePart:
    frames = frame_numbers(list_images(video.images))
    return make_source(video, read_kitti(video.file), KITTI_RULES, frames, FRAME_RATE)
