"""Finding boxes in fractions of the image where a file must have pixels."""

from collections.abc import Callable

import numpy as np

from fairmot_mm.utils.errors import DataError

_LARGEST_FRACTION = 2.0  # beyond 1, because boxes may reach beyond the image
ADVICE = 'multiply them by its width and height in pixels'


def find_fractions(tlwh: np.ndarray) -> np.ndarray:
    """Find boxes that lie within two pixels, if most of them do.

    Args:
        tlwh: (N, 4) left, top, width, height.

    Returns:
        (N,) bool; all False if at most half of the boxes are as small.
    """
    tiny = (np.abs(tlwh) <= _LARGEST_FRACTION).all(axis=1)
    finite = np.isfinite(tlwh).all(axis=1).sum()
    return tiny if tiny.sum() > finite / 2 else np.zeros_like(tiny)


def refuse_fractions(
    tlwh: np.ndarray, where: Callable[[int], str], what: str = 'ground truth has'
) -> None:
    """Raise if most boxes of a file are fractions of the image.

    Boxes of whole numbers are pixels: a file may be that of tiny images.

    Args:
        tlwh: (N, 4) left, top, width, height of each row of the file.
        where: Gives the file and the line of a row.
        what: What the file is, and "has" or "have".

    Raises:
        DataError: They are; the message names the first one.
    """
    fractions = find_fractions(tlwh)
    parts = fractions & (tlwh % 1 != 0).any(axis=1)
    if parts.any():
        first = int(np.argmax(parts))
        raise DataError(
            f'{where(first)}: {what} boxes in fractions of the image '
            f'({fractions.sum()} of {len(tlwh)}), such as {tlwh[first].tolist()}; '
            f'{ADVICE}'
        )
