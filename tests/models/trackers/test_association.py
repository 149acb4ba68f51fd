"""Costs and the assignment, against plain formulas and the whole problem."""

import lap
import numpy as np
import pytest

from fairmot_mm.models.trackers import association


def test_iou_distance_with_and_without_the_last_pixel():
    """Two 10 x 10 boxes 5 px apart share 6 of 11 columns, or 5 of 10."""
    a, b = np.array([[0.0, 0, 10, 10]]), np.array([[5.0, 0, 10, 10], [0, 50, 10, 10]])
    plus_one = association.iou_distance(a, b)
    np.testing.assert_allclose(plus_one, [[1 - 66 / (2 * 121 - 66), 1]])
    clean = association.iou_distance(a, b, plus_one=False)
    np.testing.assert_allclose(clean, [[1 - 50 / 150, 1]])


def test_iou_distance_of_degenerate_boxes_is_finite():
    """Boxes without area, or inside out, cost at most 1 and never divide by zero."""
    boxes = np.array([[0.0, 0, 0, 0], [0, 0, -1, -1], [3, 3, -9, -9], [0, 0, 5, 5]])
    for plus_one in (True, False):
        cost = association.iou_distance(boxes, boxes, plus_one)
        assert ((cost >= 0) & (cost <= 1)).all()


def test_cosine_distance():
    """Equal, orthogonal, opposite and zero embeddings."""
    a = np.array([[2, 0]], dtype=np.float32)
    b = np.array([[1, 0], [0, 3], [-1, 0], [0, 0]], dtype=np.float32)
    np.testing.assert_allclose(association.cosine_distance(a, b), [[0, 1, 2, 1]])


def test_fuse_motion_gates_and_blends():
    """A pair behind the gate is forbidden, on the gate it is allowed."""
    cost = association.fuse_motion(
        np.array([[0.1, 0.1]]), np.array([[9.0, 9.1]]), gating_thr=9.0, weight=0.02
    )
    np.testing.assert_allclose(cost, [[0.98 * 0.1 + 0.02 * 9, np.inf]])


def test_unmatched():
    """Detections that no track took, in order."""
    np.testing.assert_array_equal(
        association.unmatched(np.array([3, -1, 0]), 5), [1, 2, 4]
    )


def test_assign_is_not_hungarian_then_threshold():
    """The cheapest pair wins although it leaves no partner for the other row."""
    cost = np.array([[0.1, 0.45], [0.2, np.inf]])
    rows, cols = association.assign(cost, 0.4)
    assert (rows.tolist(), cols.tolist()) == ([0], [0])


@pytest.mark.parametrize('shape', [(0, 0), (0, 3), (3, 0), (2, 3)])
def test_assign_without_possible_pairs(shape):
    """Empty matrices, and one whose pairs are all forbidden, match nothing."""
    rows, cols = association.assign(np.full(shape, np.inf), 0.5)
    assert rows.size == cols.size == 0


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
    limit = 0.5
    _, partner, _ = lap.lapjv(cost, extend_cost=True, cost_limit=limit)
    rows, cols = association.assign(cost, limit)
    np.testing.assert_array_equal(rows, np.flatnonzero(partner >= 0))
    np.testing.assert_array_equal(cols, partner[rows])
