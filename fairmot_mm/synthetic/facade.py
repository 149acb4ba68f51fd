"""Houses along a synthetic street."""

import cv2
import numpy as np

from fairmot_mm.synthetic.colour import Colour, bgr
from fairmot_mm.synthetic.street_view import FACADE_Z, StreetView

_FLOOR = 3.3  # metres from one storey to the next


class _Wall:
    """Draw in metres on the plane of the facades: x from the left edge, y upward."""

    def __init__(
        self, image: np.ndarray, view: StreetView, left: float, rng: np.random.Generator
    ) -> None:
        self.image, self.rng = image, rng
        self.unit = view.scale(FACADE_Z)
        self.left = left
        self.base = view.row(FACADE_Z)

    def box(self, x: float, y: float, w: float, h: float, colour: Colour) -> None:
        first = (round(self.left + x * self.unit), round(self.base - y * self.unit))
        last = (
            round(self.left + (x + w) * self.unit) - 1,
            round(self.base - (y + h) * self.unit),
        )
        cv2.rectangle(self.image, first, last, colour, -1)


def paint_facades(
    image: np.ndarray, view: StreetView, rng: np.random.Generator
) -> None:
    """Paint houses, shops and a few gaps on the far side of the street.

    Args:
        image: (H, W, 3) uint8 BGR, painted in place.
        view: The camera, at the resolution of ``image``.
        rng: Random generator.
    """
    left = -rng.uniform(0, 6) * view.scale(FACADE_Z)
    hue = rng.random()
    while left < view.width:
        width = rng.uniform(5.5, 10.0)
        wall = _Wall(image, view, left, rng)
        if rng.random() < 0.82:
            hue += rng.uniform(0.2, 0.45)
            _paint_house(wall, width, hue)
        else:
            width = rng.uniform(2.0, 3.5)
            wall.box(0, 0, width, 1.1, bgr(0.28, 0.45, 0.42))  # a hedge
        left += width * wall.unit


def _paint_house(wall: _Wall, width: float, hue: float) -> None:
    warm = 0.03 + 0.1 * (hue % 1)
    brick = wall.rng.random() < 0.4
    colour = (
        bgr(0.02 + 0.03 * (hue % 1), 0.5, wall.rng.uniform(0.5, 0.68))
        if brick
        else bgr(warm, wall.rng.uniform(0.08, 0.32), wall.rng.uniform(0.75, 0.93))
    )
    floors = int(wall.rng.integers(2, 5))
    height = floors * _FLOOR + 0.5
    wall.box(0, 0, width, height, colour)
    if brick:
        mortar = tuple(channel * 0.86 for channel in colour)
        for y in np.arange(0, height, 0.3):
            wall.box(0, y, width, 0.07, mortar)
    trim = tuple(min(channel * 1.15, 255) for channel in colour)
    wall.box(0, _FLOOR - 0.15, width, 0.18, trim)
    wall.box(-0.15, height, width + 0.3, 0.35, tuple(c * 0.7 for c in colour))
    wall.box(0, 0, 0.12, height, tuple(c * 0.8 for c in colour))
    _paint_windows(wall, width, floors, hue)
    if wall.rng.random() < 0.6:
        _paint_shop(wall, width, hue)
    else:
        _paint_entrance(wall, width, hue)


def _paint_windows(wall: _Wall, width: float, floors: int, hue: float) -> None:
    count = max(2, int(width / wall.rng.uniform(1.9, 2.6)))
    step = width / count
    shutters = bgr(hue + 0.4, 0.4, 0.5) if wall.rng.random() < 0.4 else None
    for floor in range(1, floors):
        for index in range(count):
            x, y = (index + 0.5) * step - 0.5, floor * _FLOOR + 0.75
            if shutters:
                wall.box(x - 0.38, y, 0.34, 1.7, shutters)
                wall.box(x + 1.04, y, 0.34, 1.7, shutters)
            _paint_window(wall, x, y, 1.0, 1.7)


def _paint_window(wall: _Wall, x: float, y: float, w: float, h: float) -> None:
    glass = wall.rng.uniform(0.3, 0.62)
    wall.box(x - 0.1, y - 0.1, w + 0.2, h + 0.2, bgr(0.1, 0.04, 0.93))
    wall.box(x - 0.18, y - 0.2, w + 0.36, 0.12, bgr(0.1, 0.05, 0.7))
    wall.box(x, y, w, h, bgr(0.57, 0.28, glass))
    wall.box(x, y + h * 0.55, w, h * 0.45, bgr(0.57, 0.2, glass + 0.14))
    if wall.rng.random() < 0.5:  # curtains
        wall.box(x, y, w * 0.22, h, bgr(0.09, 0.12, 0.88))
        wall.box(x + w * 0.78, y, w * 0.22, h, bgr(0.09, 0.12, 0.88))
    wall.box(x + w / 2 - 0.04, y, 0.08, h, bgr(0.1, 0.04, 0.93))


def _paint_shop(wall: _Wall, width: float, hue: float) -> None:
    front = bgr(hue + 0.5, 0.55, 0.42)
    wall.box(0.35, 0, width - 0.7, _FLOOR - 0.35, front)
    wall.box(0.6, 0.55, width - 2.3, 1.9, bgr(0.11, 0.25, 0.62))
    for x in np.arange(0.8, width - 2.2, 0.5):  # goods on display
        tall = wall.rng.uniform(0.3, 1.1)
        wall.box(
            x, 0.6, 0.34, tall, bgr(wall.rng.random(), 0.4, wall.rng.uniform(0.35, 0.8))
        )
    wall.box(width - 1.5, 0.05, 0.95, 2.35, bgr(0.57, 0.2, 0.38))
    wall.box(width - 1.42, 0.9, 0.79, 1.4, bgr(0.57, 0.15, 0.6))
    stripe, light = bgr(hue, 0.65, 0.72), bgr(0.1, 0.05, 0.95)
    for number, x in enumerate(np.arange(0.35, width - 0.6, 0.4)):
        wall.box(x, 2.35, 0.4, 0.55, light if number % 2 else stripe)
    for x in np.arange(1.0, width - 1.2, 0.34):  # letters of a shop sign
        if wall.rng.random() < 0.8:
            wall.box(x, 3.02, 0.22, wall.rng.uniform(0.18, 0.3), light)


def _paint_entrance(wall: _Wall, width: float, hue: float) -> None:
    door = wall.rng.uniform(0.2, 0.7) * (width - 1.2)
    for x in np.arange(0.7, width - 1.4, 2.0):
        if abs(x - door) > 1.5:
            _paint_window(wall, x, 0.95, 1.0, 1.5)
    wall.box(door - 0.15, 0, 1.3, 2.55, bgr(0.1, 0.08, 0.85))
    wall.box(door, 0, 1.0, 2.4, bgr(hue + 0.3, 0.6, 0.4))
    wall.box(door + 0.18, 1.4, 0.64, 0.7, bgr(0.57, 0.2, 0.6))
