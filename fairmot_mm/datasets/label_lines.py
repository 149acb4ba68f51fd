"""What a line of a label file must hold: one rule for data sets and their check."""

from collections.abc import Sequence

import numpy as np

from fairmot_mm.utils.errors import DataError
from fairmot_mm.utils.exact_numbers import LARGEST_WHOLE, whole_number

LABEL_COLUMNS = 'class id cx cy w h'
# The class of a region in which nothing is trained or scored; its identity is -1.
IGNORE_CLASS = -1
# Boxes are divided by the image size and may reach beyond the image. A box that lies
# outside of the image and this far from it, or is this large, must be in pixels.
_FAR = -1.0, 2.0
_LARGE = 10.0


def label_problem(
    words: Sequence[str],
    columns: str,
    num_classes: float,
    limit: str,
    about: str = '',
    finite: bool = True,
) -> tuple[str, str] | None:
    """Find the first problem of a label line.

    Args:
        words: The columns of the line.
        columns: Names of the columns that the line must have: ``class cx cy w h`` in
            this order, and perhaps ``id``.
        num_classes: Classes must be whole numbers from 0 and below this. A line of
            `LABEL_COLUMNS` may also have `IGNORE_CLASS`, with the identity -1.
        limit: Where ``num_classes`` comes from, for the message.
        about: Which of several forms the columns are, for the message.
        finite: Whether boxes must be finite.

    Returns:
        Kind of the problem, see `KINDS` of the check, and its description; None if the
        line has none.
    """
    names = columns.split()
    if len(words) != len(names):
        needed = f'expected {len(names)} ({about}{columns})'
        return 'column-count', f'{len(words)} columns, {needed}'
    try:
        values = [_number(word) for word in words]
    except ValueError as error:
        return 'not-a-number', str(error)
    box = np.array([values[names.index('cx') :][:4]])
    if finite and not np.isfinite(box).all():
        return 'not-a-number', f'{" ".join(words)!r} is not finite'
    if not (values[0].is_integer() and 0 <= values[0] < num_classes):
        takes_regions = columns == LABEL_COLUMNS
        if not (takes_regions and values[:2] == [IGNORE_CLASS, -1]):
            hint = (
                '; -1 with the identity -1 is an ignore region' if takes_regions else ''
            )
            return 'class-out-of-range', f'class {words[0]}, but {limit}{hint}'
    if 'id' in names:
        try:
            whole_number(words[names.index('id')], 'identity', low=-1)
        except DataError as error:
            return 'bad-identity', str(error)
    if are_pixels(box).any():
        text = ' '.join(f'{value:g}' for value in box[0])
        what = f'box {text}: divide it by width and height of the image'
        return 'outside-range', what
    return None


def are_good_lines(table: np.ndarray, num_classes: float) -> bool:
    """Whether no line of a label file has a problem, see `label_problem`.

    Args:
        table: (N, 6) float64 ``class id cx cy w h``.
        num_classes: Classes must be below this.
    """
    if not np.isfinite(table).all():
        return False
    whole = table[:, :2]
    return bool(
        (np.floor(whole) == whole).all()
        and (whole >= (IGNORE_CLASS, -1)).all()
        and (whole[whole[:, 0] == IGNORE_CLASS, 1] == -1).all()
        and (whole[:, 0] < num_classes).all()
        and (whole[:, 1] <= LARGEST_WHOLE).all()
        and not are_pixels(table[:, 2:]).any()
    )


def are_pixels(boxes: np.ndarray) -> np.ndarray:
    """Find boxes that cannot be divided by the image size.

    Args:
        boxes: (N, 4) cx, cy, w, h.

    Returns:
        (N,) bool: the box lies outside of the image and far from it, or is larger than
        any box of a person that a camera sees.
    """
    centre, size = boxes[:, :2], boxes[:, 2:]
    unseen = ((centre - size / 2 >= 1) | (centre + size / 2 <= 0)).any(axis=1)
    far = ((centre < _FAR[0]) | (centre > _FAR[1])).any(axis=1)
    large = (size > _LARGE).any(axis=1)
    return np.asarray((unseen & far) | large)


def _number(word: str) -> float:
    if not word.isascii() or '_' in word:  # float() reads 1_000 and other digits
        raise ValueError(f'could not convert string to float: {word!r}')
    return float(word)
