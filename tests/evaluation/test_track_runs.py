import numpy as np

from fairmot_mm.evaluation.track_runs import TrackRuns


def rows(runs):
    return np.stack([*runs], axis=1).tolist()


def test_runs():
    """Rows of one owner in consecutive frames with one value, whatever their order."""
    owners = np.array([2, 1, 1, 1, 1])
    places = np.array([3, 5, 0, 1, 2])
    values = np.array([9, 9, 9, 9, 8])
    runs = TrackRuns.find(owners, places, values)
    assert rows(runs) == [[1, 0, 1, 9], [1, 2, 2, 8], [1, 5, 5, 9], [2, 3, 3, 9]]
    assert runs.lengths.tolist() == [2, 1, 1, 1]


def test_gaps():
    """A gap lies between two runs of one owner, not between two owners."""
    owners, places = np.array([1, 1, 2, 2, 2]), np.array([0, 4, 9, 10, 12])
    gaps = TrackRuns.find(owners, places, np.zeros(5, int)).gaps()
    assert rows(gaps) == [[1, 1, 3, 3], [2, 11, 11, 1]]


def test_nothing():
    """Without rows there are neither runs nor gaps."""
    none = np.zeros(0, np.int64)
    runs = TrackRuns.find(none, none, none)
    assert rows(runs) == rows(runs.gaps()) == []
