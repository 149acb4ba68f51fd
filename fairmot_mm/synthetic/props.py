"""Lamp posts, trees and parked cars of a synthetic street."""

import cv2
import numpy as np
from numpy.typing import ArrayLike

from fairmot_mm.synthetic.colour import Colour, bgr
from fairmot_mm.synthetic.sprite import Sprite
from fairmot_mm.synthetic.street_view import (
    FAR_KERB_Z,
    NEAR_KERB_Z,
    PARKING_Z,
    StreetView,
)

_SUPERSAMPLING = 2


def make_props(
    view: StreetView, rng: np.random.Generator
) -> list[tuple[Sprite, float, float]]:
    """Make the things that people walk behind: lamp posts, trees and parked cars.

    Args:
        view: The camera.
        rng: Random generator.

    Returns:
        Sprite, world x and depth in metres of each thing.
    """
    resolution = view.focal / (NEAR_KERB_Z - 0.35) * 1.05
    props = []
    spacing = rng.uniform(4.2, 5.5)
    for depth, every in ((FAR_KERB_Z + 0.5, spacing), (NEAR_KERB_Z - 0.3, spacing * 2)):
        reach = view.half_width(depth) + 2
        for x in np.arange(-reach + rng.uniform(0, every), reach, every):
            lamp = depth < FAR_KERB_Z or rng.random() < 0.5
            sprite = _make_lamp(resolution) if lamp else _make_tree(resolution, rng)
            props.append((sprite, float(x), depth))
    reach = view.half_width(PARKING_Z)
    cars = np.arange(-reach + rng.uniform(0, 8), reach, rng.uniform(8, 12))
    return props + [(_make_car(resolution, rng), float(x), PARKING_Z) for x in cars]


class _SpriteCanvas:
    """Draw a sprite in metres: x from the ground point, y upward."""

    def __init__(self, reach: float, height: float, resolution: float) -> None:
        self.resolution, self.unit = resolution, resolution * _SUPERSAMPLING
        self.width = int(2 * reach * self.unit)
        self.base = int(height * self.unit)
        below = int(0.15 * self.unit)
        self.bgra = np.zeros((self.base + below, self.width, 4), np.uint8)

    def polygon(self, points: ArrayLike, colour: Colour) -> None:
        pixels = np.asarray(points) * [self.unit, -self.unit]
        pixels = np.add(pixels, (self.width / 2, self.base)).round().astype(np.int32)
        cv2.fillPoly(self.bgra, [pixels], (*colour, 255))

    def box(self, x: float, y: float, w: float, h: float, colour: Colour) -> None:
        self.polygon([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        angle = np.linspace(0, 2 * np.pi, 24)
        circle = [x + radius * np.cos(angle), y + radius * np.sin(angle)]
        self.polygon(np.stack(circle, 1), colour)

    def sprite(self) -> Sprite:
        height, width = self.bgra.shape[:2]
        size = width // _SUPERSAMPLING, height // _SUPERSAMPLING
        small = cv2.resize(self.bgra, size, interpolation=cv2.INTER_AREA)
        foot = np.array([self.width / 2, self.base]) / _SUPERSAMPLING
        return Sprite(small, foot, self.resolution)


def _make_lamp(resolution: float) -> Sprite:
    canvas = _SpriteCanvas(0.5, 4.6, resolution)
    dark, lit, pane = bgr(0.4, 0.25, 0.2), bgr(0.4, 0.15, 0.34), bgr(0.14, 0.25, 0.97)
    canvas.box(-0.16, 0, 0.32, 0.45, dark)
    canvas.box(-0.075, 0.4, 0.15, 3.4, dark)
    canvas.box(-0.055, 0.4, 0.05, 3.4, lit)
    canvas.polygon([(-0.14, 3.8), (0.14, 3.8), (0.24, 4.3), (-0.24, 4.3)], pane)
    canvas.polygon([(-0.3, 4.3), (0.3, 4.3), (0.0, 4.58)], dark)
    return canvas.sprite()


def _make_tree(resolution: float, rng: np.random.Generator) -> Sprite:
    canvas = _SpriteCanvas(1.7, 5.6, resolution)
    canvas.box(-0.55, 0, 1.1, 0.12, bgr(0.08, 0.3, 0.35))
    bark = bgr(0.07, 0.4, 0.32)
    canvas.polygon(np.array([(-0.15, 0), (0.15, 0), (0.09, 2.8), (-0.09, 2.8)]), bark)
    hue = rng.uniform(0.22, 0.34)
    for shade in (0.30, 0.38, 0.46, 0.55):
        for _ in range(16):
            x, y = rng.normal(0, 0.55), rng.normal(3.7 + shade, 0.5)
            x, y = np.clip(x, -1.1, 1.1), np.clip(y, 2.9, 4.9)
            canvas.disc(
                x - shade * 0.3, y, rng.uniform(0.2, 0.55), bgr(hue, 0.55, shade)
            )
    return canvas.sprite()


def _make_car(resolution: float, rng: np.random.Generator) -> Sprite:
    canvas = _SpriteCanvas(2.3, 1.6, resolution)
    side = 1 if rng.random() < 0.5 else -1
    hue, value = rng.random(), rng.uniform(0.45, 0.8)
    body, shade = bgr(hue, 0.55, value), bgr(hue, 0.6, value * 0.7)
    flip = np.array([side, 1])
    hull = [(-2.1, 0.3), (2.1, 0.3), (2.12, 0.72), (1.95, 0.86), (1.15, 0.95),
            (0.55, 1.45), (-1.0, 1.48), (-1.75, 0.98), (-2.05, 0.9)]  # fmt: skip
    canvas.polygon(np.array(hull) * flip, body)
    canvas.polygon(np.array([(-2.1, 0.3), (2.1, 0.3), (2.1, 0.5), (-2.1, 0.5)]), shade)
    rear = [(-1.5, 0.98), (-0.25, 0.98), (-0.25, 1.38), (-0.95, 1.38)]
    front = [(-0.15, 0.98), (0.98, 0.96), (0.5, 1.37), (-0.15, 1.38)]
    for pane in (rear, front):
        canvas.polygon(np.array(pane) * flip, bgr(0.57, 0.25, 0.35))
    canvas.disc(2.0 * side, 0.68, 0.1, bgr(0.14, 0.15, 0.98))
    for x in (-1.3, 1.3):
        canvas.disc(x, 0.32, 0.34, bgr(0, 0, 0.1))
        canvas.disc(x, 0.32, 0.19, bgr(0, 0, 0.6))
    return canvas.sprite()
