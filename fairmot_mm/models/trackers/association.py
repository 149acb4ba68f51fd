"""Pure functions that decide which detection continues which track.

Letters: T tracks, D detections, C channels of an embedding, P pairs that may be made.
In a crowd most of the T times D pairs are too far apart to be made, so costs are kept
for each pair, not in a table.
"""

from typing import NamedTuple

import lap
import numpy as np
import scipy  # it imports its parts when they are used, in crowds

from fairmot_mm.utils import pairs_in_reach

# Number of pairs of boxes up to which comparing all is faster than a search.
_SMALL = 40 * 40
# Number of cells up to which one call of the solver is faster than a search for blocks.
_ONE_BLOCK = 128 * 128
# By how much more than its rivals a pair must gain, so that rounding plays no part.
_ROUNDING = 1 + 1e-9
# Share of all pairs from which on one matrix product is faster than P dot products.
_DENSE = 1 / 8
# Number of cells up to which a table is solved as the published tracker solves it, so
# that the choice among matchings of equal cost is the published one. Above, that solver
# takes seconds.
_LARGE = 500 * 500


class Pairs(NamedTuple):
    """Pairs of a track and a detection with their cost; lower is better.

    Attributes:
        rows: (P,) tracks, ascending.
        cols: (P,) detections.
        cost: (P,) float64 without NaN.
        others: Cost of every pair that is not listed.
    """

    rows: np.ndarray
    cols: np.ndarray
    cost: np.ndarray
    others: float = np.inf

    def keep(self, mask: np.ndarray) -> 'Pairs':
        """Choose pairs.

        Args:
            mask: (P,) bool, or indices.

        Returns:
            The chosen pairs.
        """
        if mask.dtype == bool and mask.all():  # no copy of millions of pairs
            return self
        return Pairs(self.rows[mask], self.cols[mask], self.cost[mask], self.others)

    def table(self, shape: tuple[int, int]) -> np.ndarray:
        """Write the costs into a table.

        Args:
            shape: Number of rows and of columns.

        Returns:
            Costs of this shape; ``others`` where no pair is listed.
        """
        table = np.full(shape, self.others)
        table[self.rows, self.cols] = self.cost
        return table


def cosine_distance(
    a: np.ndarray, b: np.ndarray, rows: np.ndarray, cols: np.ndarray
) -> np.ndarray:
    """One minus the cosine between embeddings, in float64 and never below 0.

    Args:
        a: (T, C) embeddings; a row of zeros is at distance 1 from everything.
        b: (D, C) embeddings.
        rows: (P,) indices into ``a``.
        cols: (P,) indices into ``b``.

    Returns:
        (P,) in [0, 2].
    """
    cosine = dot_products(_unit_rows(a), _unit_rows(b), rows, cols)
    return np.maximum(1 - cosine, 0)


def dot_products(
    a: np.ndarray, b: np.ndarray, rows: np.ndarray, cols: np.ndarray
) -> np.ndarray:
    """Multiply vectors of pairs, in the precision of the vectors.

    Args:
        a: (T, C) vectors.
        b: (D, C) vectors.
        rows: (P,) indices into ``a``.
        cols: (P,) indices into ``b``.

    Returns:
        (P,) dot products.
    """
    if len(rows) > _DENSE * len(a) * len(b):
        return (a @ b.T)[rows, cols]
    return np.einsum('pc,pc->p', a[rows], b[cols])


def iou_pairs(
    a: np.ndarray, b: np.ndarray, plus_one: bool = True, limit: float = 0.0
) -> Pairs:
    """Find the boxes that overlap, at one minus their intersection over union.

    Args:
        a: (T, 4) left, top, width, height in pixels.
        b: (D, 4) like ``a``.
        plus_one: Count a box from its first to its last pixel, both included, so that
            every side is one pixel longer, as the published tracker does.
        limit: Largest cost that will be accepted. From 1 on, boxes that do not overlap
            are pairs, too.

    Returns:
        The pairs, costs in [0, 1].
    """
    extra = float(plus_one)
    if limit < 1 and len(a) * len(b) > _SMALL:
        # Centres of boxes that overlap are at most half of both widths apart.
        reach = np.maximum(a[:, 2] / 2 + b[:, 2].max() / 2 + extra, 0)
        rows, cols = pairs_in_reach(a[:, 0] + a[:, 2] / 2, reach, b[:, 0] + b[:, 2] / 2)
    else:
        rows, cols = (index.ravel() for index in np.indices((len(a), len(b))))
    overlap = np.ones(len(rows))
    for k in range(2):
        side = np.minimum((a[:, k] + a[:, k + 2])[rows], (b[:, k] + b[:, k + 2])[cols])
        side -= np.maximum(a[rows, k], b[cols, k])
        side += extra
        overlap *= np.maximum(side, 0, out=side)
    area_a, area_b = (np.prod(box[:, 2:] + extra, axis=1) for box in (a, b))
    union = area_a[rows] + area_b[cols] - overlap
    # Where boxes overlap, both areas are at least the overlap, so the union is not 0.
    cost = 1 - overlap / np.where(overlap > 0, union, 1)
    if limit >= 1:
        return Pairs(rows, cols, cost)
    return Pairs(rows, cols, cost, others=1.0).keep(overlap > 0)


def assign(
    pairs: Pairs, shape: tuple[int, int], limit: float
) -> tuple[np.ndarray, np.ndarray]:
    """Find the partial matching of least cost when an unmade pair costs ``limit``.

    This is not "match all, then drop what is above the limit": a pair is made only
    where it lowers the total. In a crowd most pairs belong to every best matching (see
    `_make_clear_pairs`), so the solver gets only the other pairs, in blocks that share
    no track and no detection. Where costs of these are exactly equal, several matchings
    may be best. With up to `_LARGE` cells the solver then gets the whole table, and its
    choice among them is that of the published tracker. In a larger table each block is
    solved by itself, because equal costs are no reason to wait for seconds.

    Args:
        pairs: Candidates; a cost that is not listed must be above ``limit``.
        shape: T and D.
        limit: Largest cost of a pair.

    Returns:
        Rows (K,) and columns (K,) of the K pairs that are made, rows ascending.
    """
    is_large = shape[0] * shape[1] > _LARGE
    if is_large and len(pairs.rows) > _DENSE * shape[0] * shape[1]:
        return _solve(pairs.table(shape), limit)
    near = pairs.keep(pairs.cost <= limit)
    made, rest = _make_clear_pairs(near, limit)
    if not is_large and (_has_repeats(rest.cost) or (near.cost == limit).any()):
        return _solve(pairs.table(shape), limit)
    solved = [_solve_block(block, limit) for block in _blocks(rest)]
    rows = np.concatenate([made.rows, *(block[0] for block in solved)])
    cols = np.concatenate([made.cols, *(block[1] for block in solved)])
    order = np.argsort(rows)
    return rows[order], cols[order]


def unmatched(match: np.ndarray, num_detections: int) -> np.ndarray:
    """Find the detections that continue no track.

    Args:
        match: (T,) index of the detection of each track, or -1.
        num_detections: D.

    Returns:
        Mask (D,).
    """
    free = np.full(num_detections, True)
    free[match[match >= 0]] = False
    return free


def _make_clear_pairs(pairs: Pairs, limit: float) -> tuple[Pairs, Pairs]:
    """Make the pairs that belong to every best matching.

    A pair gains ``limit`` minus its cost over no pair. If it gains more than the best
    other pair of its track and the best other pair of its detection do together, then a
    matching without it becomes better when it replaces those two. What it leaves over
    is a smaller problem of the same kind.

    Args:
        pairs: P pairs, none with a cost above ``limit``.
        limit: Largest cost of a pair.

    Returns:
        The pairs that are made, and the pairs among which the solver has to choose.
    """
    gain = limit - pairs.cost
    made: list[np.ndarray] = []
    rest = np.arange(len(gain))
    while len(rest):
        rows, cols, gains = pairs.rows[rest], pairs.cols[rest], gain[rest]
        rivals = _best_other(rows, gains) + _best_other(cols, gains)
        clear = gains > _ROUNDING * rivals
        if not clear.any():
            break
        made.append(rest[clear])
        taken = np.isin(rows, rows[clear]) | np.isin(cols, cols[clear])
        rest = rest[~taken]
    return pairs.keep(np.concatenate([rest[:0], *made])), pairs.keep(rest)


def _best_other(groups: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """For each pair the largest gain of another pair of its group, at least 0."""
    best = np.zeros(groups.max() + 1)
    np.maximum.at(best, groups, gains)
    is_best = gains == best[groups]
    second = np.zeros_like(best)
    np.maximum.at(second, groups, np.where(is_best, 0.0, gains))
    tied = np.bincount(groups[is_best], minlength=len(best)) > 1
    second[tied] = best[tied]
    return np.where(is_best, second[groups], best[groups])


def _blocks(pairs: Pairs) -> list[Pairs]:
    """Split pairs so that no track and no detection is in two parts."""
    if len(pairs.rows) == 0:
        return []
    if len(np.unique(pairs.rows)) * len(np.unique(pairs.cols)) <= _ONE_BLOCK:
        return [pairs]
    cols = pairs.cols + pairs.rows.max() + 1
    size = cols.max() + 1
    graph = scipy.sparse.coo_array(
        (np.ones(len(cols)), (pairs.rows, cols)), shape=(size, size)
    )
    _, block_of = scipy.sparse.csgraph.connected_components(graph, directed=False)
    block = block_of[pairs.rows]
    order = np.argsort(block, kind='stable')
    ends = np.flatnonzero(np.diff(block[order])) + 1
    return [pairs.keep(part) for part in np.split(order, ends)]


def _solve_block(pairs: Pairs, limit: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the best matching of one block."""
    rows, row_of = np.unique(pairs.rows, return_inverse=True)
    cols, col_of = np.unique(pairs.cols, return_inverse=True)
    local = Pairs(row_of, col_of, pairs.cost)
    solved_rows, solved_cols = _solve(local.table((len(rows), len(cols))), limit)
    return rows[solved_rows], cols[solved_cols]


def _solve(cost: np.ndarray, limit: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns that Jonker and Volgenant's algorithm pairs."""
    if cost.size == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    if cost.size > _LARGE:
        # SciPy's form of the algorithm needs no columns for "no partner": a pair at or
        # above the limit is worth as much as none.
        gain = np.minimum(cost - limit, 0)
        rows, cols = scipy.optimize.linear_sum_assignment(gain)
        made = gain[rows, cols] < 0
        return rows[made], cols[made]
    _, column_of_row, _ = lap.lapjv(cost, extend_cost=True, cost_limit=limit)
    rows = np.flatnonzero(column_of_row >= 0)
    return rows, column_of_row[rows].astype(np.int64)


def _has_repeats(values: np.ndarray) -> bool:
    """Whether two of the values are exactly equal."""
    ordered = np.sort(values)
    return bool((ordered[1:] == ordered[:-1]).any())


def _unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Rows divided by their length, in float64; rows of zeros stay zero."""
    vectors = vectors.astype(np.float64)
    norm = np.sqrt(np.einsum('nc,nc->n', vectors, vectors))[:, None]
    return vectors / np.where(norm > 0, norm, 1)
