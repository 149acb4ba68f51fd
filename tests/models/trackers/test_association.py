"""Costs and the assignment, against plain formulas and the whole problem."""

import lap
import numpy as np
import pytest

from fairmot_mm.models.trackers import association


def assign(cost, limit):
    """Pairs of a table of costs; infinite ones are not listed."""
    rows, cols = np.nonzero(np.isfinite(cost))
    pairs = association.Pairs(rows, cols, cost[rows, cols])
    return association.assign(pairs, cost.shape, limit)


def test_iou_with_and_without_the_last_pixel():
    """Two 10 x 10 boxes 5 px apart share 6 of 11 columns, or 5 of 10."""
    a, b = np.array([[0.0, 0, 10, 10]]), np.array([[5.0, 0, 10, 10], [0, 50, 10, 10]])
    plus_one = association.iou_pairs(a, b).table((1, 2))
    np.testing.assert_allclose(plus_one, [[1 - 66 / (2 * 121 - 66), 1]])
    clean = association.iou_pairs(a, b, plus_one=False).table((1, 2))
    np.testing.assert_allclose(clean, [[1 - 50 / 150, 1]])


@pytest.mark.parametrize('limit', [0.5, 1.0])
def test_iou_of_degenerate_boxes_is_finite(limit):
    """Boxes without area, or inside out, cost at most 1 and never divide by zero."""
    boxes = np.array([[0.0, 0, 0, 0], [0, 0, -1, -1], [3, 3, -9, -9], [0, 0, 5, 5]])
    for plus_one in (True, False):
        cost = association.iou_pairs(boxes, boxes, plus_one, limit).table((4, 4))
        assert ((cost >= 0) & (cost <= 1)).all()


@pytest.mark.parametrize('plus_one', [True, False])
def test_iou_of_many_boxes_finds_every_overlap(plus_one):
    """Looking only near each box misses no pair and changes no cost."""
    rng = np.random.default_rng(0)
    a, b = (
        np.column_stack([rng.uniform(0, 900, (n, 2)), rng.exponential(40, (n, 2))])
        for n in (80, 60)
    )
    b[:5] = a[:5]
    b[:5, 0] += a[:5, 2] + 0.5
    near = association.iou_pairs(a, b, plus_one)
    all_pairs = association.iou_pairs(a, b, plus_one, limit=1.0)
    assert len(near.rows) < len(all_pairs.rows) / 10
    assert (np.diff(near.rows) >= 0).all()
    np.testing.assert_array_equal(near.table((80, 60)), all_pairs.table((80, 60)))


def test_cosine_distance():
    """Equal, orthogonal, opposite and zero embeddings, each pair and some alone."""
    a = np.array([[2, 0]] + [[1, 1]] * 40, dtype=np.float32)
    b = np.array([[1, 0], [0, 3], [-1, 0], [0, 0]], dtype=np.float32)
    rows, cols = np.zeros(4, dtype=int), np.arange(4)
    expected = [0, 1, 2, 1]
    np.testing.assert_allclose(
        association.cosine_distance(a[:1], b, rows, cols), expected
    )
    np.testing.assert_allclose(association.cosine_distance(a, b, rows, cols), expected)


def test_unmatched():
    """Detections that no track took, in order."""
    np.testing.assert_array_equal(
        np.flatnonzero(association.unmatched(np.array([3, -1, 0]), 5)), [1, 2, 4]
    )


def test_assign_is_not_hungarian_then_threshold():
    """The cheapest pair wins although it leaves no partner for the other row."""
    rows, cols = assign(np.array([[0.1, 0.45], [0.2, np.inf]]), 0.4)
    assert (rows.tolist(), cols.tolist()) == ([0], [0])


@pytest.mark.parametrize('shape', [(0, 0), (0, 3), (3, 0), (2, 3)])
def test_assign_without_possible_pairs(shape):
    """Empty matrices, and one whose pairs are all forbidden, match nothing."""
    rows, cols = assign(np.full(shape, np.inf), 0.5)
    assert rows.size == cols.size == 0


def check_whole_problem(cost, limit):
    """The pairs are those that the solver finds in the whole table."""
    _, partner, _ = lap.lapjv(cost, extend_cost=True, cost_limit=limit)
    rows, cols = assign(cost, limit)
    np.testing.assert_array_equal(rows, np.flatnonzero(partner >= 0))
    np.testing.assert_array_equal(cols, partner[rows])


@pytest.mark.parametrize('ties', [False, True])
@pytest.mark.parametrize('seed', range(30))
def test_assign_equals_the_whole_problem(seed, ties):
    """Setting sole choices aside changes no pair, nor do exactly equal costs."""
    rng = np.random.default_rng(seed)
    shape = rng.integers(1, 25, 2)
    cost = rng.uniform(0, 1, shape)
    if ties:
        cost = np.round(cost, 1)
    cost[rng.random(shape) < rng.uniform(0, 0.98)] = np.inf
    check_whole_problem(cost, 0.5)


@pytest.mark.parametrize('seed', range(30))
def test_clear_pairs_equal_the_whole_problem(seed):
    """Pairs that beat all others are made first; most rounds leave some to solve."""
    rng = np.random.default_rng(seed)
    shape = rng.integers(5, 60, 2)
    cost = rng.normal(2, 1, shape)
    same = rng.permutation(shape.max())[: shape.min()]
    twin = np.arange(shape.min())
    cost[(same, twin) if shape[0] > shape[1] else (twin, same)] -= rng.uniform(0, 9)
    cost[rng.random(shape) < rng.uniform(0, 0.98)] = np.inf
    check_whole_problem(cost, 3.0)


@pytest.mark.parametrize('num_cols', [80, 160])
@pytest.mark.parametrize('seed', range(10))
def test_blocks_equal_the_whole_problem(seed, num_cols):
    """Groups of a crowd that touch nobody else are solved apart with equal result."""
    rng = np.random.default_rng(seed)
    num_rows = num_cols + 10
    cost = np.full((num_rows, num_cols), np.inf)
    for k in range(0, num_cols, 8):
        rows, cols = rng.permutation(num_rows)[:8], np.arange(k, k + 8)
        cost[np.ix_(rows, cols)] = rng.uniform(0, 0.8, (8, 8))
    check_whole_problem(cost, 0.4)


@pytest.mark.parametrize('density', [1.0, 0.3, 0.01])
def test_large_tables_have_the_least_total_cost(density):
    """Above the size up to which the published choice holds, no cost is lost."""
    rng = np.random.default_rng(0)
    cost = np.round(rng.uniform(0, 0.8, (600, 500)), 2)
    cost[rng.random(cost.shape) >= density] = np.inf
    _, partner, _ = lap.lapjv(cost, extend_cost=True, cost_limit=0.4)
    made = np.flatnonzero(partner >= 0)
    rows, cols = assign(cost, 0.4)
    assert (np.diff(rows) > 0).all()
    assert len(set(cols.tolist())) == len(cols)
    assert (cost[rows, cols] <= 0.4).all()
    np.testing.assert_allclose(
        (cost[rows, cols] - 0.4).sum(), (cost[made, partner[made]] - 0.4).sum()
    )


def test_large_tables_without_ties_have_the_published_choice():
    """Where one matching is best, the faster solver finds it, too."""
    rng = np.random.default_rng(1)
    check_whole_problem(rng.uniform(0, 0.8, (600, 500)), 0.4)


def test_ties_of_a_crowd_are_solved_in_their_blocks(monkeypatch):
    """5,000 people in pairs of equal cost: no table is larger than a pair."""
    sizes = []
    solve = association._solve
    monkeypatch.setattr(
        association,
        '_solve',
        lambda cost, limit: sizes.append(cost.size) or solve(cost, limit),
    )
    place = np.repeat(np.arange(2500), 4) * 2
    rows, cols = place + [0, 0, 1, 1] * 2500, place + [0, 1, 0, 1] * 2500
    pairs = association.Pairs(rows, cols, np.full(10_000, 0.1))
    rows, cols = association.assign(pairs, (5000, 5000), 0.4)
    assert len(rows) == 5000
    assert (rows // 2 == cols // 2).all()
    assert sizes == [4] * 2500
