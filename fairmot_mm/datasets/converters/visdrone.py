"""Converting VisDrone-MOT as downloaded."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
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
from fairmot_mm.utils import frame_numbers, list_images
from fairmot_mm.utils.benchmark_classes import IGNORE_NAME, VISDRONE_CLASSES
from fairmot_mm.utils.benchmark_rules import VISDRONE_RULES
from fairmot_mm.utils.class_files import read_visdrone
from fairmot_mm.utils.file_listing import list_files
from fairmot_mm.utils.named_rows import NamedRows


def convert_visdrone(
    source: str | Path,
    out: str | Path,
    name: str = 'visdrone',
    *,
    classes: Sequence[str] = VISDRONE_RULES.classes,
    ignore_classes: Sequence[str] = (),
    frame_rate: float = 30.0,
    clip: bool = False,
    copy: bool = False,
    workers: int | None = None,
    show_progress: bool = False,
) -> ConversionReport:
    """Convert VisDrone-MOT.

    A split is a folder with ``annotations/SEQ.txt`` and ``sequences/SEQ/*.jpg``, such
    as ``VisDrone2019-MOT-train``; its name ends with that of the list. Ignored regions
    (class 0), ``others`` (class 11) and boxes of score 0, which the benchmark does not
    count, become ignore regions. Truncation and occlusion exclude no further box.

    Args:
        source: A split, or the folder of the splits. Nothing is written there.
        out: Data root of the training configs.
        name: Name of the set.
        classes: See `ClassMap`.
        ignore_classes: Names of further classes whose boxes become ignore regions.
        frame_rate: Frames per second, which the data set does not say.
        clip: Clip boxes to the image.
        copy: Copy images rather than link to them.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw progress bars.

    Raises:
        DataError: There is no split, or a file is malformed or missing.
        OutputError: ``out`` cannot be written.
    """
    source = Path(source)
    target = Target(Path(out), name, copy, workers, show_progress)
    target.require_apart(source)
    splits = [source] if (source / 'annotations').is_dir() else sorted(source.glob('*'))
    videos = [
        BenchmarkVideo(file.stem, _ending(split), split / 'sequences' / file.stem, file)
        for split in splits
        for file in list_files(split / 'annotations', '.txt')
    ]
    require_videos(videos, f'no annotations/SEQ.txt in {source} or in a folder of it')
    return write_benchmark_set(
        target,
        videos,
        partial(_read_video, frame_rate=frame_rate),
        sorted({video.ending for video in videos}),
        classes,
        ignore_classes,
        clip,
    )


def _ending(split: Path) -> str:
    """The name of a split at the end of the name of its folder."""
    found = re.search(r'(train|val|test-dev|test-challenge|test)$', split.name.lower())
    return found[1] if found else 'train'


def _read_video(video: BenchmarkVideo, frame_rate: float) -> SourcePart:
    rows, _, where = read_visdrone(video.file)
    named = NamedRows.of(
        [
            {'frames': frame, 'ids': identity, 'names': VISDRONE_CLASSES[number]}
            | {'tlwh': box}
            for frame, identity, number, box in zip(
                rows.frames, rows.ids, rows.classes, rows.tlwh, strict=True
            )
        ],
        [where(row) for row in range(len(rows))],
    )
    frames = frame_numbers(list_images(video.images))
    part = make_source(video, named, VISDRONE_RULES, frames, frame_rate)
    ignored = (rows.marks == 0) & np.not_equal(part.names, IGNORE_NAME)
    return replace(part, flagged={'score is 0': ignored})
