"""Writes finished tracks in the forms of other programs."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fairmot_mm.evaluation import find_result_files
from fairmot_mm.exports.open_writer import FORMS, open_writer
from fairmot_mm.exports.tracked_frame import TrackedFrame, TrackedVideo
from fairmot_mm.utils import (
    DataError,
    MOTRows,
    SequenceInfo,
    read_mot,
    require_frames,
    require_writable_dir,
)
from fairmot_mm.utils.claim_output import claim_output
from fairmot_mm.utils.counted import counted
from fairmot_mm.utils.frame_numbering import Frames

_LONGEST = 10_000_000  # frames, more than three days at 30 frames a second


@dataclass(frozen=True)
class Video:
    """What is known about the video of a result file.

    Attributes:
        frames: Numbers of its frames, ascending.
        frame_rate: Frames per second.
        size: Width and height in pixels; zeros if no form needs it.
        images: Image files of the frames; None if they are not known.
    """

    frames: Frames
    frame_rate: float
    size: tuple[int, int]
    images: Sequence[Path] | None = None


def describe(args: argparse.Namespace, name: str, rows: MOTRows, file: Path) -> Video:
    """Find out what the options say about the video of a result file.

    Raises:
        DataError: The sequence is not there, or does not have a frame of the results.
    """
    if args.data_root is not None:
        info = SequenceInfo.read(args.data_root / name)
        frames: Frames = info.frames
        video = Video(frames, info.frame_rate, (info.width, info.height), info.images)
    else:
        last = int(rows.frames.max(initial=0))
        if last > _LONGEST:
            raise DataError(
                f'{file}: frame {last}: without --data-root every number from 1 on is '
                f'a frame, and a video has at most {_LONGEST}'
            )
        frames = range(1, last + 1)
        video = Video(frames, args.frame_rate, tuple(args.size or (0, 0)))
    require_frames(rows.frames, frames, 'results have', lambda _: str(file))
    return video


def tracked_frames(rows: MOTRows, video: Video) -> Iterator[TrackedFrame]:
    """Every frame of a video with its rows, in order.

    Args:
        rows: The rows, in any order.
        video: The video; it has all their frames.

    Yields:
        The frames, also those without a row.
    """
    rows = rows[np.lexsort([rows.ids, rows.frames])]
    numbers = np.asarray(video.frames)
    starts = np.searchsorted(rows.frames, numbers, side='left').tolist()
    ends = np.searchsorted(rows.frames, numbers, side='right').tolist()
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        own = rows[start:end]
        yield TrackedFrame(
            number=int(numbers[index]),
            index=index,
            time=index / video.frame_rate,
            size=video.size,
            image='' if video.images is None else str(video.images[index]),
            ids=own.ids,
            labels=own.classes - 1,
            scores=own.marks,
            tlwh=own.tlwh,
            visibility=own.visibility,
        )


def require_single(rows: MOTRows, file: Path) -> None:
    """Refuse an identity that has two boxes in one frame.

    Raises:
        DataError: There is one.
    """
    pairs = np.column_stack([rows.frames, rows.ids])
    unique, counts = np.unique(pairs, axis=0, return_counts=True)
    if (counts > 1).any():
        frame, identity = unique[counts > 1][0].tolist()
        raise DataError(
            f'{file}: frame {frame} has identity {identity} twice: keep one of the rows'
        )


def export_tracks(args: argparse.Namespace) -> None:
    """Read everything, then write every file."""
    is_file = args.results.is_file()
    files = [args.results] if is_file else find_result_files(args.results)
    if not files:
        raise DataError(f'{args.results} is no result file and has none in it')
    inputs = []
    for file in files:
        rows = read_mot(file)
        require_single(rows, file)
        inputs.append((file, rows, describe(args, file.stem, rows, file)))
    require_writable_dir(args.out)
    forms = [*dict.fromkeys(args.to)]
    with ExitStack() as claims:
        targets = [
            {
                form: claims.enter_context(
                    claim_output(
                        args.out / f'{file.stem}{FORMS[form][0]}', args.overwrite, files
                    )
                )
                for form in forms
            }
            for file in files
        ]
        for (file, rows, video), paths in zip(inputs, targets, strict=True):
            about = TrackedVideo(file.stem, args.classes, video.frame_rate)
            write_all(about, paths, rows, video)
            written = ' and '.join(map(str, paths.values()))
            print(
                f'{counted(len(rows), "box", "boxes")} of '
                f'{counted(len(video.frames), "frame")} are in {written}'
            )


def write_all(
    about: TrackedVideo, paths: dict[str, Path], rows: MOTRows, video: Video
) -> None:
    """Write all forms of one video, or none of them if one is not possible."""
    try:
        for label in np.unique(rows.classes).tolist():
            about.class_name(label - 1)
    except DataError as error:
        raise DataError(f'{error}: name all of them with --classes') from error
    with ExitStack() as writers:
        opened = [open_writer(form, path, about) for form, path in paths.items()]
        for writer in opened:
            writers.callback(writer.close)
        for frame in tracked_frames(rows, video):
            for writer in opened:
                writer.write(frame)
