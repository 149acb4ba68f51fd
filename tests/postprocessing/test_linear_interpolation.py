import numpy as np
import pytest

from fairmot_mm.postprocessing import interpolate_tracks
from fairmot_mm.utils import ConfigError, DataError, MOTRows


def make_rows(table):
    """Rows of (frame, id, left, top, width, height, mark)."""
    table = np.array(table, dtype=float).reshape(-1, 7)
    ones = np.ones(len(table))
    return MOTRows(
        table[:, 0].astype(int), table[:, 1].astype(int), table[:, 2:6], table[:, 6],
        ones.astype(int), ones,
    )  # fmt: skip


def table_of(rows):
    return np.column_stack([rows.frames, rows.ids, rows.tlwh, rows.marks])


def test_gaps_are_filled_along_lines():
    """Box and mark move evenly; rows come by frame and identity."""
    rows = make_rows(
        [[5, 2, 40, 80, 10, 30, 0.6], [1, 2, 0, 0, 10, 10, 1], [2, 1, 7, 7, 7, 7, 1]]
    )
    expected = [
        [1, 2, 0, 0, 10, 10, 1],
        [2, 1, 7, 7, 7, 7, 1],
        [2, 2, 10, 20, 10, 15, 0.9],
        [3, 2, 20, 40, 10, 20, 0.8],
        [4, 2, 30, 60, 10, 25, 0.7],
        [5, 2, 40, 80, 10, 30, 0.6],
    ]
    np.testing.assert_allclose(table_of(interpolate_tracks(rows)), expected)


def test_longer_gaps_stay():
    """A gap of max_gap frames is filled, one of a frame more is not."""
    rows = make_rows([[t, 1, t, 0, 5, 5, 1] for t in (1, 5, 10)])
    assert interpolate_tracks(rows, 3).frames.tolist() == [1, 2, 3, 4, 5, 10]
    assert interpolate_tracks(rows, 4).frames.tolist() == list(range(1, 11))
    assert interpolate_tracks(rows, 0).frames.tolist() == [1, 5, 10]


def test_many_random_tracks_as_one_by_one():
    """The same as filling track by track with numpy's interpolation."""
    rng = np.random.default_rng(0)
    table = [
        [t, i, *rng.uniform(0, 100, 4), rng.random()]
        for i in range(1, 30)
        for t in np.flatnonzero(rng.random(60) < rng.uniform(0.2, 1)) + 1
    ]
    rows = make_rows(table)
    filled = interpolate_tracks(rows, 60)
    for i in range(1, 30):
        mine, known = filled[filled.ids == i], rows[rows.ids == i]
        frames = np.arange(known.frames.min(), known.frames.max() + 1)
        assert mine.frames.tolist() == frames.tolist()
        for k in range(4):
            expected = np.interp(frames, known.frames, known.tlwh[:, k])
            np.testing.assert_allclose(mine.tlwh[:, k], expected)


def test_nothing_to_fill():
    """No rows, and tracks without a gap, come back."""
    assert len(interpolate_tracks(make_rows([]))) == 0
    rows = make_rows([[1, 1, 0, 0, 5, 5, 1], [2, 1, 1, 0, 5, 5, 1]])
    np.testing.assert_array_equal(table_of(interpolate_tracks(rows)), table_of(rows))


def test_wrong_input():
    """An identity twice in a frame is named; a negative gap is refused."""
    rows = make_rows([[4, 7, 0, 0, 5, 5, 1]] * 2)
    with pytest.raises(DataError, match='identity 7 is more than once in frame 4'):
        interpolate_tracks(rows)
    with pytest.raises(ConfigError, match='max_gap=-1'):
        interpolate_tracks(rows, -1)
