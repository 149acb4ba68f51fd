"""Which of many values on a line lie near which others, without a table of all."""

import numpy as np


def pairs_in_reach(
    values: np.ndarray, reach: np.ndarray | float, others: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find all pairs no farther apart than a reach.

    Time and memory grow with the pairs that are found, not with N times M. A pair
    farther than its reach by a rounding error may be found, too.

    Args:
        values: (N,) without NaN.
        reach: (N,) or one for all, 0 or more.
        others: (M,) without NaN.

    Returns:
        Indices (P,) into ``values``, ascending, and (P,) into ``others``.
    """
    reach = reach * (1 + 1e-12) + 1e-9
    order = np.argsort(others, kind='stable')
    ordered = others[order]
    first = np.searchsorted(ordered, values - reach, side='left')
    count = np.searchsorted(ordered, values + reach, side='right') - first
    rows = np.repeat(np.arange(len(values)), count)
    # Position of each pair among those of its row, counted on from its first.
    shift = first - np.cumsum(count) + count
    return rows, order[np.arange(len(rows)) + np.repeat(shift, count)]
