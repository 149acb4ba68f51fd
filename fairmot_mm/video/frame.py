"""One frame of a source."""

from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from fairmot_mm.utils.images import scale_image


class Picture(Protocol):
    """Pixels that are made when they are needed, at the size that is needed."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""

    def decode(self) -> np.ndarray:
        """Make all pixels.

        Returns:
            (H, W, 3) uint8 BGR.
        """

    def decode_scaled(self, width: int, height: int) -> np.ndarray:
        """Make the pixels of a scaled picture, by pixel area.

        Args:
            width: Width of the result in pixels.
            height: Height of the result in pixels.

        Returns:
            (height, width, 3) uint8 BGR.
        """


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame of a source.

    Attributes:
        pixels: (H, W, 3) uint8 BGR, or a `Picture` of them; see `image`.
        path: The image file, or the video or stream that the frame comes from; empty
            for an array.
        number: Number of an image in result files, see `frame_numbers`; None for other
            sources, whose frames count from 1.
        time: Seconds from the first frame. None where frames come at the frame rate of
            the source, so that the place of a frame says its time.
        skipped: Number of frames just before this one that could not be read and were
            left out.
        arrived: When a frame of a live source arrived, on the clock of
            ``time.monotonic``; None for other sources.
    """

    pixels: np.ndarray | Picture
    path: str
    number: int | None = None
    time: Fraction | None = None
    skipped: int = 0
    arrived: float | None = None

    def __reduce__(self) -> tuple[type['Frame'], tuple[Any, ...]]:
        """Pickle the frame with all pixels: a decoded picture cannot be copied."""
        others = [getattr(self, field.name) for field in fields(self)[1:]]
        return Frame, (self.image, *others)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @cached_property
    def image(self) -> np.ndarray:
        """(H, W, 3) uint8 BGR; made when it is read for the first time."""
        if isinstance(self.pixels, np.ndarray):
            return self.pixels
        return self.pixels.decode()

    def scaled(self, width: int, height: int) -> np.ndarray:
        """Make a scaled image, without the image itself where it is not made yet.

        Args:
            width: Width of the result in pixels.
            height: Height of the result in pixels.

        Returns:
            (height, width, 3) uint8 BGR.
        """
        if isinstance(self.pixels, np.ndarray):
            return scale_image(self.pixels, width, height)
        return self.pixels.decode_scaled(width, height)
