"""The time of live frames: from time stamps where they can be used, or from arrival."""

from fractions import Fraction

import numpy as np
import pytest

from fairmot_mm.video.frame import Frame
from fairmot_mm.video.stream_clock import StreamClock

IMAGE = np.zeros((2, 2, 3), np.uint8)


def times(arrivals, stamps, clock=None):
    clock = clock or StreamClock()
    frames = [
        Frame(
            IMAGE,
            '',
            time=None if s is None else Fraction(s).limit_denominator(100),
            arrived=a,
        )
        for a, s in zip(arrivals, stamps, strict=True)
    ]
    return [float(clock.set_time(frame).time) for frame in frames]


@pytest.mark.parametrize(
    ('arrivals', 'stamps', 'expected'),
    [
        ([5.0, 5.1, 5.4], [None] * 3, [0, 0.1, 0.4]),  # a camera without time stamps
        ([5.0, 5.0, 5.0], [9, 9.5, 10], [0, 0.5, 1]),  # a server sends what it stored
        ([5.0, 5.3, 5.4], [9, 9.1, 9.2], [0, 0.1, 0.2]),  # the network delays a frame
        ([5.0, 5.1, 5.2], [9, 9, 9], [0, 0.1, 0.2]),  # time stamps stand still
        ([5.0, 5.1, 5.2], [9, 3, 3.5], [0, 0.1, 0.6]),  # they go back
        ([5.0, 5.1, 5.2], [9, 900, 900.5], [0, 0.1, 0.6]),  # they jump ahead
        ([5.0, 5.1, 5.2], [9, None, 9.5], [0, 0.1, 0.2]),  # one is missing
    ],
)
def test_the_time_of_frames(arrivals, stamps, expected):
    """Seconds count from the first frame and never go back."""
    assert times(arrivals, stamps) == pytest.approx(expected)


def test_a_break_takes_as_long_as_it_took():
    """Time stamps of the next connection begin anywhere; the arrival bridges them."""
    clock = StreamClock()
    before = times([5.0, 5.1], [9, 9.1], clock)
    clock.restart()
    assert [*before, *times([8.1, 8.2], [0, 0.1], clock)] == pytest.approx(
        [0, 0.1, 3.1, 3.2]
    )


def test_rounding_does_not_add_up():
    """After 100,000 frames the clock is right to a millisecond."""
    arrivals = [k / 29.97 for k in range(100_000)]
    assert times(arrivals, [None] * len(arrivals))[-1] == pytest.approx(
        arrivals[-1], abs=1e-3
    )
