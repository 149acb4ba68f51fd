"""Pure functions that decide which detection continues which track.

Letters: T tracks, D detections, C channels of an embedding. A cost is lower for a
better pair, infinite for a pair that must not be made.
"""

import lap
import numpy as np


def cosine_distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """One minus the cosine between embeddings, never below 0, in float64.

    Args:
        a: (T, C) embeddings; a row of zeros is at distance 1 from everything.
        b: (D, C) embeddings.

    Returns:
        (T, D) in [0, 2].
    """
    distance = 1 - _unit_rows(a) @ _unit_rows(b).T
    return np.maximum(distance, 0, out=distance)


def fuse_motion(
    appearance: np.ndarray, motion: np.ndarray, gating_thr: float, weight: float
) -> np.ndarray:
    """Blend appearance with motion and forbid implausible motion.

    Args:
        appearance: (T, D) cosine distances.
        motion: (T, D) squared Mahalanobis distances.
        gating_thr: Pairs with a larger motion distance are forbidden.
        weight: Share of the motion distance, in [0, 1]. FairMOT uses 0.02.

    Returns:
        (T, D) costs.
    """
    cost = (1 - weight) * appearance + weight * motion
    cost[motion > gating_thr] = np.inf
    return cost


def iou_distance(a: np.ndarray, b: np.ndarray, plus_one: bool = True) -> np.ndarray:
    """One minus the intersection over union of boxes.

    Args:
        a: (T, 4) left, top, width, height in pixels.
        b: (D, 4) like ``a``.
        plus_one: Count a box from its first to its last pixel, both included, so that
            every side is one pixel longer, as the published tracker does.

    Returns:
        (T, D) in [0, 1].
    """
    extra = float(plus_one)
    overlap = np.ones((len(a), len(b)))
    for k in range(2):
        side = np.minimum.outer(a[:, k] + a[:, k + 2], b[:, k] + b[:, k + 2])
        side -= np.maximum.outer(a[:, k], b[:, k])
        side += extra
        overlap *= np.maximum(side, 0, out=side)
    area_a, area_b = (np.prod(box[:, 2:] + extra, axis=1) for box in (a, b))
    union = area_a[:, None] + area_b - overlap
    # Where boxes overlap, both areas are at least the overlap, so the union is not 0.
    return 1 - overlap / np.where(overlap > 0, union, 1)


def assign(cost: np.ndarray, limit: float) -> tuple[np.ndarray, np.ndarray]:
    """Find the partial matching of least cost when an unmade pair costs ``limit``.

    This is not "match all, then drop what is above the limit": a pair is made only
    where it lowers the total. In a crowd most pairs are each other's only choice; they
    belong to every best matching, so only the others are handed to the solver. Where
    costs are exactly equal several matchings may be best; the solver then gets the
    whole matrix, and its choice among them is that of the published tracker.

    Args:
        cost: (T, D) costs without NaN.
        limit: Largest cost of a pair.

    Returns:
        Rows and columns of the pairs, rows ascending.
    """
    rows, cols = np.nonzero(cost <= limit)
    alone = (np.bincount(rows)[rows] == 1) & (np.bincount(cols)[cols] == 1)
    contested = cost[rows, cols][~alone]
    if (cost[rows, cols] == limit).any() or _has_repeats(contested):
        return _solve(cost, limit)
    rest_rows, rest_cols = np.unique(rows[~alone]), np.unique(cols[~alone])
    solved_rows, solved_cols = _solve(cost[np.ix_(rest_rows, rest_cols)], limit)
    rows = np.concatenate([rows[alone], rest_rows[solved_rows]])
    cols = np.concatenate([cols[alone], rest_cols[solved_cols]])
    order = np.argsort(rows)
    return rows[order], cols[order]


def unmatched(match: np.ndarray, num_detections: int) -> np.ndarray:
    """Find the detections that continue no track.

    Args:
        match: (T,) index of the detection of each track, or -1.
        num_detections: D.

    Returns:
        Their indices, ascending.
    """
    free = np.full(num_detections, True)
    free[match[match >= 0]] = False
    return np.flatnonzero(free)


def _solve(cost: np.ndarray, limit: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns that Jonker and Volgenant's algorithm pairs."""
    if cost.size == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    _, column_of_row, _ = lap.lapjv(cost, extend_cost=True, cost_limit=limit)
    rows = np.flatnonzero(column_of_row >= 0)
    return rows, column_of_row[rows].astype(np.int64)


def _has_repeats(values: np.ndarray) -> bool:
    """Whether two of the values are exactly equal."""
    return len(np.unique(values)) < len(values)


def _unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Rows divided by their length, in float64; rows of zeros stay zero."""
    vectors = vectors.astype(np.float64)
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(norm > 0, norm, 1)
