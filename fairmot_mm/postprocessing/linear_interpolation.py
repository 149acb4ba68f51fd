"""Linear interpolation: fills the gaps of tracks along straight lines."""

import numpy as np

from fairmot_mm.utils import DataError, MOTRows
from fairmot_mm.utils.contracts import require_range


def interpolate_tracks(rows: MOTRows, max_gap: int = 20) -> MOTRows:
    """Add the boxes that a track misses between two of its frames.

    Box and mark of an added row lie on the line between its neighbours, as in ByteTrack
    (Zhang et al., ECCV 2022). No row is added before the first or after the last box of
    a track, and no row is changed. All gaps of all tracks are filled in one array
    operation, and tracks of one or two boxes are kept; mmdet's `InterpolateTracklets`
    loops over the missing frames and drops these tracks.

    Args:
        rows: N results of a whole video, in any order; boxes in pixels.
        max_gap: Largest number of missing frames in a row that are filled in; longer
            gaps stay.

    Returns:
        The N rows and the added rows, sorted by frame and identity.

    Raises:
        ConfigError: ``max_gap`` is negative.
        DataError: An identity is more than once in a frame.
    """
    require_range(low=0, max_gap=max_gap)
    rows = rows[by_track(rows)]
    missing = np.diff(rows.frames) - 1
    missing[np.diff(rows.ids) != 0] = 0
    left = np.flatnonzero((missing > 0) & (missing <= max_gap))
    counts = missing[left]
    # For every added row: the row before the gap, and the place in the gap from 1.
    before = np.repeat(left, counts)
    place = np.arange(len(before)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    share = place / np.repeat(counts + 1, counts)
    num_rows = len(rows)
    filled = rows[np.concatenate([np.arange(num_rows), before])]
    filled.frames[num_rows:] += place
    for values in (filled.tlwh, filled.marks, filled.visibility):
        values[num_rows:] += (share * (values[before + 1] - values[before]).T).T
    return filled[np.lexsort((filled.ids, filled.frames))]


def by_track(rows: MOTRows) -> np.ndarray:
    """Sort rows by identity, then by frame.

    Args:
        rows: N results of a whole video, in any order.

    Returns:
        (N,) indices of the rows in this order.

    Raises:
        DataError: An identity is more than once in a frame.
    """
    order = np.lexsort((rows.frames, rows.ids))
    frames, ids = rows.frames[order], rows.ids[order]
    twice = np.flatnonzero((np.diff(frames) == 0) & (np.diff(ids) == 0))
    if len(twice):
        raise DataError(
            f'identity {ids[twice[0]]} is more than once in frame {frames[twice[0]]}'
        )
    return order
