"""Finding pairs of near values without comparing all with all."""

import numpy as np


def pairs_in_reach(
    values: np.ndarray, reach: np.ndarray | float, others: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find all pairs of values whose distance is at most the reach.

    Time and memory grow with the number of pairs that are found, not with N times M. A
    pair whose distance exceeds the reach by a rounding error may be found as well.

    Args:
        values: (N,) numbers without NaN.
        reach: (N,) largest distances, or one for all values; 0 or more.
        others: (M,) numbers without NaN.

    Returns:
        (P,) indices into ``values``, ascending, and (P,) indices into ``others``.
    """
    order = np.argsort(others, kind='stable')
    first, count = _ranges(values, reach, others[order])
    rows = np.repeat(np.arange(len(values)), count)
    # Position of each pair among those of its row, plus the first position of the row.
    shift = first - np.cumsum(count) + count
    return rows, order[np.arange(len(rows)) + np.repeat(shift, count)]


def count_in_reach(
    values: np.ndarray, reach: np.ndarray | float, others: np.ndarray
) -> int:
    """Count the pairs that `pairs_in_reach` finds, without making them.

    Args:
        values: See `pairs_in_reach`.
        reach: See `pairs_in_reach`.
        others: See `pairs_in_reach`.

    Returns:
        Number of pairs.
    """
    return int(_ranges(values, reach, np.sort(others))[1].sum())


def _ranges(
    values: np.ndarray, reach: np.ndarray | float, ordered: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """First place and number of the near ones among the ordered values, for each."""
    reach = reach * (1 + 1e-12) + 1e-9
    first = np.searchsorted(ordered, values - reach, side='left')
    return first, np.searchsorted(ordered, values + reach, side='right') - first
