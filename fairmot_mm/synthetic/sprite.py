"""Transparent pictures that stand on the ground of a synthetic scene."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np


@dataclass(eq=False)
class Sprite:
    """A transparent picture and its point that touches the ground.

    Args:
        bgra: (h, w, 4) uint8 BGRA; the colours are already multiplied by alpha.
        foot: (2,) x, y of the ground point in pixels of ``bgra``.
        pixels_per_metre: Resolution of ``bgra``.
    """

    bgra: np.ndarray
    foot: np.ndarray
    pixels_per_metre: float

    @cached_property
    def levels(self) -> list[np.ndarray]:
        """The picture at 1, 1/2, 1/4 and 1/8 of its size, to avoid aliasing."""
        levels = [self.bgra]
        for _ in range(3):
            height, width = levels[-1].shape[:2]
            size = (max(width // 2, 1), max(height // 2, 1))
            levels.append(cv2.resize(levels[-1], size, interpolation=cv2.INTER_AREA))
        return levels

    @cached_property
    def bounds(self) -> np.ndarray:
        """(4,) left, top, right, bottom in metres from the ground point, y downward."""
        ys, xs = np.nonzero(self.bgra[..., 3] >= 128)
        corners = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1])
        return (corners - np.tile(self.foot, 2)) / self.pixels_per_metre

    def placed(
        self, foot: np.ndarray, pixels_per_metre: float
    ) -> tuple[np.ndarray, int, int]:
        """Resample the picture on the pixel grid of an image.

        Args:
            foot: (2,) x, y of the ground point in pixels of the image.
            pixels_per_metre: Resolution of the image at the ground point.

        Returns:
            (h, w, 4) uint8 BGRA, multiplied by alpha, and the column and row of its
            first pixel, which may lie outside the image.
        """
        scale = pixels_per_metre / self.pixels_per_metre
        level = int(np.clip(np.floor(-np.log2(scale)), 0, len(self.levels) - 1))
        source = self.levels[level]
        size = np.array(self.bgra.shape[1::-1])
        origin = foot - self.foot * scale
        left, top = (int(value) for value in np.floor(origin) - 1)
        ratio = size / source.shape[1::-1] * scale
        # Pixel centres: destination + 0.5 = ratio * (source + 0.5) + origin.
        move = origin - (left, top) + 0.5 * ratio - 0.5
        width, height = (int(value) for value in np.ceil(size * scale) + 3)
        picture = cv2.warpAffine(
            source, np.column_stack([np.diag(ratio), move]), (width, height)
        )
        return picture, left, top
