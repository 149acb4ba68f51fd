"""Filling the gaps of tracks along straight lines."""

import numpy as np

from fairmot_mm.utils import ConfigError, DataError, MOTRows


def interpolate_tracks(rows: MOTRows, max_gap: int = 20) -> MOTRows:
    """Add the boxes that a track misses between two of its frames.

    Box and mark of an added row lie on the line between its neighbours, as in ByteTrack
    (Zhang et al., ECCV 2022). Nothing is added before a track or after it, and no row
    is changed. All gaps of all tracks are filled in one array operation.

    Args:
        rows: Results of a whole video, in any order.
        max_gap: Most frames missing in a row that are filled in; longer gaps stay.

    Returns:
        The rows and the added ones, by frame and identity.

    Raises:
        ConfigError: ``max_gap`` is negative.
        DataError: An identity is twice in a frame.
    """
    if max_gap < 0:
        raise ConfigError(f'max_gap={max_gap} must be 0 frames or more')
    rows = rows[by_track(rows)]
    missing = np.diff(rows.frames) - 1
    missing[np.diff(rows.ids) != 0] = 0
    left = np.flatnonzero((missing > 0) & (missing <= max_gap))
    counts = missing[left]
    # Of every added row: the row before the gap, and its place in the gap from 1.
    before = np.repeat(left, counts)
    place = np.arange(len(before)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    share = place / np.repeat(counts + 1, counts)
    added = MOTRows(
        frames=rows.frames[before] + place,
        ids=rows.ids[before],
        tlwh=_between(rows.tlwh, before, share[:, None]),
        marks=_between(rows.marks, before, share),
        classes=rows.classes[before],
        visibility=_between(rows.visibility, before, share),
    )
    joined = MOTRows(
        *(
            np.concatenate([getattr(rows, name), getattr(added, name)])
            for name in MOTRows.__dataclass_fields__
        )
    )
    return joined[np.lexsort((joined.ids, joined.frames))]


def by_track(rows: MOTRows) -> np.ndarray:
    """Row numbers by identity, then frame.

    Raises:
        DataError: An identity is twice in a frame.
    """
    order = np.lexsort((rows.frames, rows.ids))
    frames, ids = rows.frames[order], rows.ids[order]
    twice = np.flatnonzero((np.diff(frames) == 0) & (np.diff(ids) == 0))
    if len(twice):
        raise DataError(
            f'identity {ids[twice[0]]} is more than once in frame {frames[twice[0]]}'
        )
    return order


def _between(values: np.ndarray, before: np.ndarray, share: np.ndarray) -> np.ndarray:
    return values[before] + share * (values[before + 1] - values[before])
