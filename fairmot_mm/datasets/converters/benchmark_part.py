"""Making the part of a conversion from a video of a benchmark with several classes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fairmot_mm.datasets.converters.conversion_report import ConversionReport
from fairmot_mm.datasets.converters.jde_writer import write_jde_set
from fairmot_mm.datasets.converters.label_part import (
    ALL_IMAGES,
    SourcePart,
    read_sizes,
)
from fairmot_mm.datasets.converters.target import Target
from fairmot_mm.utils import DataError, list_images, require_frames
from fairmot_mm.utils.benchmark_classes import IGNORE_NAME
from fairmot_mm.utils.benchmark_rules import BenchmarkRules
from fairmot_mm.utils.named_rows import NamedRows


@dataclass(frozen=True)
class BenchmarkVideo:
    """A video of a benchmark.

    Attributes:
        name: Name of the video, which becomes that of its folder.
        ending: Ending of the list that names its images.
        images: Folder of its images.
        file: File of its labels.
    """

    name: str
    ending: str
    images: Path
    file: Path


def make_source(
    video: BenchmarkVideo,
    rows: NamedRows,
    rules: BenchmarkRules,
    frames: np.ndarray,
    frame_rate: float,
    images: Sequence[Path] | None = None,
) -> SourcePart:
    """Make a part of the labels of a video, by the rules of its benchmark.

    Ignore regions get the class `IGNORE_NAME`, and neighbours the name of their class;
    they and other neutral boxes are flagged.

    Args:
        video: The video.
        rows: Its R labels.
        rules: Rules of the benchmark.
        frames: (N,) number of the frame of each image, ascending.
        frame_rate: Frames per second.
        images: N images; None lists those of the folder.

    Returns:
        The images and what the benchmark says about them.

    Raises:
        DataError: A label belongs to a frame without an image, or an image cannot be
            read.
    """
    paths = list_images(video.images) if images is None else list(images)
    require_frames(
        rows.frames, frames, 'labels have', rows.where, f'; images: {video.images}'
    )
    ruled = rules.apply(rows)
    names = np.where(ruled.is_region, IGNORE_NAME, ruled.names).astype(object)
    return SourcePart(
        f'{video.ending}/{video.name}/img1',
        paths,
        read_sizes(paths),
        image=np.searchsorted(frames, rows.frames),
        names=names,
        ids=np.where(ruled.is_region, -1, rows.ids),
        tlwh=rows.tlwh,
        flagged={'the benchmark does not count it': ruled.is_neutral},
        lists={video.ending: ALL_IMAGES},
        frame_rate=frame_rate,
        file=video.file,
    )


def require_videos(videos: Sequence[BenchmarkVideo], needed: str) -> None:
    """Raise if no video was found, or two have one name, or images are missing.

    Args:
        videos: The videos that were found.
        needed: What was looked for and where, for the message.

    Raises:
        DataError: There is no video, or the images of one are missing.
    """
    if not videos:
        raise DataError(f'no video found: {needed}')
    for video in videos:
        if not video.images.is_dir():
            raise DataError(f'{video.file} has no images: {video.images} is missing')


def write_benchmark_set(
    target: Target,
    videos: Sequence[BenchmarkVideo],
    read: Callable[[BenchmarkVideo], SourcePart],
    endings: Sequence[str],
    classes: Sequence[str],
    ignore_classes: Sequence[str],
    clip: bool,
) -> ConversionReport:
    """Write the data set of a benchmark, whose ignore regions are kept.

    Args:
        target: Where it is written.
        videos: The videos.
        read: Makes the part of a video, see `make_source`.
        endings: Endings of the lists.
        classes: See `ClassMap`.
        ignore_classes: Names of further classes whose boxes become ignore regions.
        clip: Clip boxes to the image.

    Returns:
        What was written, see `write_jde_set`.
    """
    return write_jde_set(
        target,
        videos,
        read,
        endings,
        classes=classes,
        ignore_classes=(IGNORE_NAME, *ignore_classes),
        keep_ignored=True,
        clip=clip,
        named=True,
    )
