import pytest

from fairmot_mm.report.differences import (
    difference_table,
    longest_differences,
    more_errors,
)


@pytest.fixture
def runs(make_outcomes):
    """The second run misses the person in frames 2 to 4, the first in frame 6."""
    gt = [(t, 5, 0) for t in range(1, 8)]
    first = [(t, 1, 0) for t in (1, 2, 3, 4, 5, 7)]
    second = [(t, 9, 0) for t in (1, 5, 6, 7)]
    return [make_outcomes(gt, rows) for rows in (first, second)]


def test_more_errors(runs):
    """Positive where the second run is worse, negative where the first one is."""
    assert more_errors(runs).tolist() == [0, 1, 1, 1, 0, -1, 0]
    assert more_errors([runs[0], runs[0]]).tolist() == [0] * 7


def test_frames_that_differ(runs):
    """Each frame in which a count differs has a row, with the counts of both."""
    table = difference_table(runs, ['A', 'B'])
    assert table.header[:2] == ['frame', 'missed, A']
    assert [row[0] for row in table.rows] == ['2', '3', '4', '6']
    assert table.rows[0] == ['2', '0', '0', '0', '1', '0', '0']
    assert difference_table([runs[1], runs[1]], ['A', 'B']).rows == []


def test_who_is_followed_by_one_run(runs):
    """The longest time comes first; there is a picture of both runs."""
    longest, other = longest_differences(runs, ['A', 'B'], limit=5)
    assert longest.title == 'Person 5: only A, frames 2 to 4'
    assert 'B has no track there' in longest.text
    assert [text for _, text in longest.snapshots] == ['A, frame 3', 'B, frame 3']
    marks = [snapshot.marks[0].text for snapshot, _ in longest.snapshots]
    assert marks == ['track 1', 'person 5']
    assert other.title == 'Person 5: only B, frame 6'


def test_equal_mistakes_are_no_difference(runs):
    """What both runs miss is not shown."""
    assert longest_differences([runs[1], runs[1]], ['A', 'B'], limit=5) == []
