"""One frame of a source."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np


class Frame(NamedTuple):
    """One frame of a source.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        path: The image file, or the video or stream that the frame comes from; empty
            for an array.
        number: Number of an image in result files, see `frame_numbers`; None for other
            sources, whose frames count from 1.
        time: Seconds from the first frame. None where frames come at the frame rate of
            the source, so that the place of a frame says its time.
        skipped: Number of frames just before this one that could not be read and were
            left out.
    """

    image: np.ndarray
    path: str
    number: int | None = None
    time: Fraction | None = None
    skipped: int = 0
