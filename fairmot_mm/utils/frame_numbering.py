"""The one rule for the number of a frame, and checking files against it."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import numpy as np

from fairmot_mm.utils.errors import DataError

# A larger number in a name is a date or a time stamp, and not that of a frame.
MAX_FRAME_NUMBER = 10**9 - 1
# Numbers of frames: (F,) int64, ascending, or a range with step 1.
Frames: TypeAlias = np.ndarray | range
_MAX_SHOWN = 5


def frame_numbers(images: Sequence[Path]) -> np.ndarray:
    """Number the frames of a sequence as its ground truth and its results do.

    This is the only place that knows the rule. If the names of all images are plain
    numbers, a frame has the number of its image: ``000101.jpg`` is frame 101, whether
    the numbers begin at 0, 1 or 101, and whether some are missing. Otherwise frames
    count from 1 in the order of the images. They also do if the images lie in
    different folders, or if a number is above `MAX_FRAME_NUMBER` (a time stamp).

    Args:
        images: F image files in natural order, see `sort_images`.

    Returns:
        (F,) int64 frame numbers, ascending.

    Raises:
        DataError: Two images have the same number.
    """
    stems = [image.stem for image in images]
    one_folder = len({image.parent for image in images}) <= 1
    if not (one_folder and all(stem.isdecimal() for stem in stems)):
        return np.arange(1, len(stems) + 1)
    numbers = [int(stem) for stem in stems]
    if max(numbers, default=0) > MAX_FRAME_NUMBER:
        return np.arange(1, len(stems) + 1)
    for (first, image), (second, other) in pairwise(zip(numbers, images, strict=True)):
        if first == second:
            raise DataError(
                f'{image} and {other.name} are both frame {first}: keep one'
            )
    return np.array(numbers, dtype=np.int64)


def require_frames(
    rows: np.ndarray,
    frames: Frames,
    what: str,
    where: Callable[[int], str],
    hint: str = '',
) -> None:
    """Raise if rows of a file belong to frames that a sequence does not have.

    Args:
        rows: (R,) frame number of each row.
        frames: Numbers of the frames of the sequence.
        what: Subject and verb of the message: 'ground truth has', 'results have'.
        where: Names the place of a row in its file, as `MOTTable.where` does.
        hint: What to do, for the message.

    Raises:
        DataError: The message has the first row, the frames, and the number of rows.
    """
    if isinstance(frames, range):  # it may be long: it is never an array
        alien = np.flatnonzero((rows < frames.start) | (rows >= frames.stop))
    else:
        alien = np.flatnonzero(~np.isin(rows, frames))
    if not len(alien):
        return
    unknown = np.unique(rows[alien])
    sequence = 'but the sequence has no frame'
    if len(frames):
        first, last = frames[0], frames[-1]
        sequence = f'outside the frames {first} to {last} of the sequence'
        if (
            isinstance(frames, np.ndarray)
            and ((unknown > first) & (unknown < last)).any()
        ):
            sequence = f'but the sequence has only the frames {format_frames(frames)}'
    raise DataError(
        f'{where(int(alien[0]))}: {what} frame{"s" if len(unknown) > 1 else ""} '
        f'{format_frames(unknown)}, {sequence}: {len(alien)} '
        f'row{"s" if len(alien) > 1 else ""}{hint}'
    )


def format_frames(frames: np.ndarray) -> str:
    """Write frame numbers in short: ``3, 7 to 12``.

    Args:
        frames: (F,) frame numbers, ascending, F > 0.

    Returns:
        The first runs of numbers, and the number of frames that are not shown.
    """
    runs = np.split(frames, np.flatnonzero(np.diff(frames) != 1) + 1)
    texts = [str(run[0]) if len(run) == 1 else f'{run[0]} to {run[-1]}' for run in runs]
    hidden = sum(map(len, runs[_MAX_SHOWN:]))
    more = f' and {hidden} more' if hidden else ''
    return ', '.join(texts[:_MAX_SHOWN]) + more
