from fractions import Fraction

import pytest

from fairmot_mm.video.time_stamps import TimeStamps


def test_good_stamps_stay(recwarn):
    """They count from the first one; a frame may have none."""
    stamps = TimeStamps(Fraction(1, 25))
    times = [Fraction(5), Fraction(6), None, Fraction(13, 2)]
    assert [stamps.since_start(time) for time in times] == [0, 1, None, Fraction(3, 2)]
    stamps.warn('a.mp4')
    assert not recwarn


def test_stamps_that_stand_still_or_go_back():
    """Time goes on by the frame interval, until a stamp is ahead again."""
    stamps = TimeStamps(Fraction(1, 10))
    times = [Fraction(t) for t in (0, 1, 1, 0, 2)]
    found = [stamps.since_start(time) for time in times]
    assert found == [0, 1, Fraction(11, 10), Fraction(12, 10), 2]
    with pytest.warns(UserWarning, match=r'a\.mp4: the time stamps of 2 frames'):
        stamps.warn('a.mp4')


def test_without_an_interval_stamps_are_believed():
    """The clock of a live source judges them."""
    stamps = TimeStamps(None)
    assert [stamps.since_start(Fraction(t)) for t in (3, 3, 2)] == [0, 0, -1]
