"""Converting BDD100K MOT as downloaded."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fairmot_mm.datasets.converters.benchmark_part import (
    BenchmarkVideo,
    make_source,
    require_videos,
    write_benchmark_set,
)
from fairmot_mm.datasets.converters.conversion_report import ConversionReport
from fairmot_mm.datasets.converters.label_part import SourcePart
from fairmot_mm.datasets.converters.target import Target
from fairmot_mm.utils import DataError, list_images
from fairmot_mm.utils.bdd_io import read_bdd
from fairmot_mm.utils.benchmark_rules import BDD100K_RULES
from fairmot_mm.utils.file_listing import list_files

FRAME_RATE = 5.0
# Folders of labels in the archives of 2020 and of before.
_LABELS = ('labels/box_track_20', 'labels-20/box-track', 'box_track_20')
_IMAGES = ('images/track', 'images/track_20')
_SPLITS = ('train', 'val')


def convert_bdd100k(
    source: str | Path,
    out: str | Path,
    name: str = 'bdd100k',
    *,
    classes: Sequence[str] = BDD100K_RULES.classes,
    ignore_classes: Sequence[str] = (),
    clip: bool = False,
    copy: bool = False,
    workers: int | None = None,
    show_progress: bool = False,
) -> ConversionReport:
    """Convert the splits ``train`` and ``val`` of BDD100K MOT.

    Boxes around crowds and those of the classes ``other person``, ``other vehicle`` and
    ``trailer`` become ignore regions, as in the benchmark. Occluded and truncated boxes
    count.

    Args:
        source: Folder with ``images/track/SPLIT/VIDEO/*.jpg`` and
            ``labels/box_track_20/SPLIT/VIDEO.json``. Nothing is written there.
        out: Data root of the training configs.
        name: Name of the set.
        classes: See `ClassMap`.
        ignore_classes: Names of further classes whose boxes become ignore regions.
        clip: Clip boxes to the image.
        copy: Copy images rather than link to them.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw progress bars.

    Raises:
        DataError: There is no video, or a file is malformed or missing.
        OutputError: ``out`` cannot be written.
    """
    source = Path(source)
    target = Target(Path(out), name, copy, workers, show_progress)
    target.require_apart(source)
    labels, images = (
        next((source / path for path in paths if (source / path).is_dir()), None)
        for paths in (_LABELS, _IMAGES)
    )
    if labels is None or images is None:
        kind, paths = ('labels', _LABELS) if labels is None else ('images', _IMAGES)
        raise DataError(f'{source} has no folder of {kind}: {" or ".join(paths)}')
    videos = [
        BenchmarkVideo(file.stem, split, images / split / file.stem, file)
        for split in _SPLITS
        for file in list_files(labels / split, '.json')
    ]
    require_videos(videos, f'no train/VIDEO.json or val/VIDEO.json in {labels}')
    return write_benchmark_set(
        target, videos, _read_video, _SPLITS, classes, ignore_classes, clip
    )


def _read_video(video: BenchmarkVideo) -> SourcePart:
    rows, names = read_bdd(video.file)
    found = {image.name: image for image in list_images(video.images)}
    if not any(names):
        names = [*found]  # labels without names are those of the images in order
    absent = [name for name in names if name not in found]
    if absent or len(names) > len(found):
        raise DataError(
            f'{video.file} has {len(names)} frames, and {video.images} has no image '
            f'{absent[0] if absent else "for each"}'
        )
    images = [found[name] for name in names]
    frames = np.arange(len(images))
    return make_source(video, rows, BDD100K_RULES, frames, FRAME_RATE, images)
