import numpy as np

from fairmot_mm.evaluation import SequenceTracks, find_outcomes
from fairmot_mm.evaluation.lasting_false import find_lasting_false
from fairmot_mm.utils import MOTRows


def outcomes_of(rows):
    """Results of (frame, id, left, score) against an empty ground truth."""
    table = np.array(rows, float)
    ids = table[:, :2].astype(int)
    ones = np.ones(len(table))
    tlwh = np.column_stack([table[:, 2], 0 * ones, 40 * ones, 100 * ones])
    results = MOTRows.of_pedestrians(ids[:, 0], ids[:, 1], tlwh, table[:, 3])
    return find_outcomes(SequenceTracks('A', results[:0], results))


def test_a_poster_that_is_found_again():
    """Two tracks at one place are one thing; its picture is that of the best score."""
    rows = [(t, 1, 300, 0.5) for t in range(1, 6)]
    rows += [(t, 2, 302, 0.6 + 0.01 * t) for t in range(9, 14)]
    (poster,) = find_lasting_false(outcomes_of(rows), least=10)
    assert poster[:5] == ((1, 2), 1, 13, 10, True)
    assert poster.row == 9


def test_who_walks_is_not_joined():
    """Tracks that move through one place are different things, and are said to move."""
    rows = [(t, 1, 30 * t, 1) for t in range(1, 13)]
    rows += [(t, 2, 30 * t - 600, 1) for t in range(21, 33)]
    found = find_lasting_false(outcomes_of(rows), least=10)
    assert [each.tracks for each in found] == [(1,), (2,)]
    assert not any(each.still for each in found)


def test_what_is_short_is_left_out():
    """Fewer frames than asked for are no lasting false positive."""
    rows = [(t, 1, 300, 0.5) for t in range(1, 6)]
    assert find_lasting_false(outcomes_of(rows), least=6) == []
    assert len(find_lasting_false(outcomes_of(rows), least=5)) == 1


def test_a_track_of_a_person_is_not_false():
    """Only boxes that are matched with nobody count."""
    rows = [(t, 1, 300, 0.5) for t in range(1, 6)]
    results = outcomes_of(rows).results
    outcomes = find_outcomes(SequenceTracks('A', results, results))
    assert find_lasting_false(outcomes, least=1) == []
