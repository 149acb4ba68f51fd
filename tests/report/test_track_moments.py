import numpy as np

from fairmot_mm.report.track_moments import longest_gaps, widest_jumps


def test_gaps(make_rows):
    """The longest gap comes first, with pictures from before and after it."""
    rows = make_rows([(1, 1, 0), (3, 1, 0), (1, 2, 50), (7, 2, 50)])
    first, second = longest_gaps(rows, np.arange(1, 8), limit=5)
    assert first.title == 'Track 2 is lost for 5 frames'
    assert first.text == 'The track has no box in frames 2 to 6.'
    assert [snapshot.frame for snapshot, _ in first.snapshots] == [1, 7]
    assert second.title == 'Track 1 is lost for 1 frame'


def test_frames_with_other_numbers(make_rows):
    """Numbers that no frame has are no gap."""
    rows = make_rows([(10, 1, 0), (20, 1, 0), (40, 1, 0)])
    (gap,) = longest_gaps(rows, np.array([10, 20, 30, 40]), limit=5)
    assert gap.text == 'The track has no box in frame 30.'


def test_jumps(make_rows):
    """A move by more than half of the height is a jump, unless frames lie between."""
    rows = make_rows([(1, 1, 0), (2, 1, 30), (3, 1, 45), (1, 2, 0), (3, 2, 200)])
    (jump,) = widest_jumps(rows, np.arange(1, 4), limit=5)
    assert jump.title == 'Track 1 jumps in frame 2'
    assert 'moves by 30 pixels, 0.8 times the height' in jump.text


def test_calm_tracks(make_rows):
    """Tracks without gaps and jumps, and no tracks at all, have no moments."""
    for rows in (make_rows([(1, 1, 0), (2, 1, 5)]), make_rows([])):
        assert longest_gaps(rows, np.arange(1, 4), 5) == []
        assert widest_jumps(rows, np.arange(1, 4), 5) == []
