"""Frame rates that a source may have."""

from fractions import Fraction
from numbers import Real
from typing import Any

from fairmot_mm.utils import VideoError
from fairmot_mm.video.video_writer import MAX_FRAME_RATE


def require_frame_rate(rate: Any) -> None:
    """Refuse a frame rate that is no number, or out of its range.

    Args:
        rate: Frames a second, as a user gives them.

    Raises:
        VideoError: It cannot be used.
    """
    is_number = isinstance(rate, Real) and not isinstance(rate, bool)
    if not (is_number and 0 < rate <= MAX_FRAME_RATE):
        raise VideoError(
            f'frame_rate = {rate!r} must be above 0 and at most {MAX_FRAME_RATE}'
        )


def as_fraction(rate: float | Fraction) -> Fraction:
    """Write a frame rate as a fraction, as in 30000/1001 for 29.97.

    Args:
        rate: Frames a second.

    Returns:
        The nearest fraction with a denominator of at most 100,000.
    """
    return Fraction(rate).limit_denominator(100_000)
