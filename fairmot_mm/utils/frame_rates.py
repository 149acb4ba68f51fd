"""The frame rates that a tracker reads from the metainfo of a frame."""

from fractions import Fraction
from typing import TypedDict


class FrameRates(TypedDict):
    """Two keys of the metainfo of a frame."""

    frame_rate: int
    exact_frame_rate: float


def frame_rates(rate: Fraction | float) -> FrameRates:
    """Give the frame rate in the two forms that trackers use.

    The published tracker rounds the rate of a video to a whole number, and keeps lost
    tracks for a number of frames that follows from it. What depends on the time between
    two frames needs the rate as it is: at 7.5 frames a second, 8 is 7 % off.

    Args:
        rate: Frames a second.

    Returns:
        ``frame_rate``, a whole number from 1 on, as published; ``exact_frame_rate``.
    """
    return {'frame_rate': max(1, round(rate)), 'exact_frame_rate': float(rate)}
