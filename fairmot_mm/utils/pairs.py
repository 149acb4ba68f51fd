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
    reach = reach * (1 + 1e-12) + 1e-9
    order = np.argsort(others, kind='stable')
    ordered = others[order]
    first = np.searchsorted(ordered, values - reach, side='left')
    count = np.searchsorted(ordered, values + reach, side='right') - first
    rows = np.repeat(np.arange(len(values)), count)
    # Position of each pair among those of its row, plus the first position of the row.
    shift = first - np.cumsum(count) + count
    return rows, order[np.arange(len(rows)) + np.repeat(shift, count)]
