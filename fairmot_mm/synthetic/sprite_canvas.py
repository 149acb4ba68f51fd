"""Drawing a sprite of flat shapes in metres."""

import cv2
import numpy as np
from numpy.typing import ArrayLike

from fairmot_mm.synthetic.colour import Colour
from fairmot_mm.synthetic.sprite import Sprite

_SUPERSAMPLING = 2


class SpriteCanvas:
    """Draw a sprite in metres: x to the right of the ground point, y upward.

    Args:
        reach: Half of the width in metres.
        height: Height above the ground in metres.
        resolution: Pixels per metre of the sprite.
    """

    def __init__(self, reach: float, height: float, resolution: float) -> None:
        self.resolution, self.unit = resolution, resolution * _SUPERSAMPLING
        self.width = int(2 * reach * self.unit)
        self.base = int(height * self.unit)
        below = int(0.15 * self.unit)
        self.bgra = np.zeros((self.base + below, self.width, 4), np.uint8)

    def polygon(self, points: ArrayLike, colour: Colour) -> None:
        """Fill a polygon.

        Args:
            points: (k, 2) corners in metres.
            colour: BGR.
        """
        cv2.fillPoly(self.bgra, [self._pixels(points)], (*colour, 255))

    def stroke(self, points: ArrayLike, width: float, colour: Colour) -> None:
        """Draw a line with round ends.

        Args:
            points: (k, 2) corners in metres.
            width: Width of the line in metres.
            colour: BGR.
        """
        thickness = max(1, round(width * self.unit))
        line = [self._pixels(points)]
        cv2.polylines(self.bgra, line, False, (*colour, 255), thickness)

    def box(self, x: float, y: float, w: float, h: float, colour: Colour) -> None:
        """Fill an upright box.

        Args:
            x: Left side in metres.
            y: Lower side in metres.
            w: Width in metres.
            h: Height in metres.
            colour: BGR.
        """
        self.polygon([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Fill a circle.

        Args:
            x: Centre in metres.
            y: Centre in metres.
            radius: In metres.
            colour: BGR.
        """
        self.polygon(_circle(x, y, radius), colour)

    def ring(
        self, x: float, y: float, radius: float, width: float, colour: Colour
    ) -> None:
        """Draw a circle.

        Args:
            x: Centre in metres.
            y: Centre in metres.
            radius: In metres.
            width: Width of the line in metres.
            colour: BGR.
        """
        circle = _circle(x, y, radius)
        self.stroke([*circle, circle[0]], width, colour)

    def sprite(self) -> Sprite:
        """The picture, at its resolution."""
        height, width = self.bgra.shape[:2]
        size = width // _SUPERSAMPLING, height // _SUPERSAMPLING
        small = cv2.resize(self.bgra, size, interpolation=cv2.INTER_AREA)
        foot = np.array([self.width / 2, self.base]) / _SUPERSAMPLING
        return Sprite(small, foot, self.resolution)

    def _pixels(self, points: ArrayLike) -> np.ndarray:
        pixels = np.asarray(points) * [self.unit, -self.unit]
        pixels = np.add(pixels, (self.width / 2, self.base))
        return np.asarray(pixels.round().astype(np.int32))


def _circle(x: float, y: float, radius: float) -> np.ndarray:
    """(24, 2) points of a circle."""
    angle = np.linspace(0, 2 * np.pi, 24)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1)
