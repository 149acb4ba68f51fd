"""Pairs of near values, against a table of all."""

import numpy as np
import pytest

from fairmot_mm.utils import pairs_in_reach


@pytest.mark.parametrize('seed', range(5))
def test_all_near_pairs_and_no_other(seed):
    """What a table of all distances holds within reach, row by row."""
    rng = np.random.default_rng(seed)
    values, others = rng.uniform(0, 100, 30), rng.uniform(0, 100, 40)
    others[:10] = others[10:20]
    reach = rng.exponential(5, 30)
    rows, cols = pairs_in_reach(values, reach, others)
    table = np.abs(values[:, None] - others) <= reach[:, None]
    found = np.zeros_like(table)
    found[rows, cols] = True
    np.testing.assert_array_equal(found, table)
    assert len(rows) == table.sum()
    assert (np.diff(rows) >= 0).all()


def test_the_edge_of_the_reach_belongs_to_it():
    """A rounding error does not lose a pair exactly at its reach."""
    rows, cols = pairs_in_reach(np.array([0.1]), 0.2, np.array([0.1 + 0.2, -0.1, 0.31]))
    assert (rows.tolist(), sorted(cols.tolist())) == ([0, 0], [0, 1])


@pytest.mark.parametrize(('n', 'm'), [(0, 0), (0, 3), (3, 0)])
def test_nothing(n, m):
    """Without values there are no pairs."""
    rows, cols = pairs_in_reach(np.zeros(n), 1.0, np.zeros(m))
    assert len(rows) == len(cols) == 0
