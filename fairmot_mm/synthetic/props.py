"""Lamp posts, trees and parked cars of a synthetic street."""

import numpy as np

from fairmot_mm.synthetic.car import CarLook, draw_car
from fairmot_mm.synthetic.colour import bgr
from fairmot_mm.synthetic.sprite import Sprite
from fairmot_mm.synthetic.sprite_canvas import SpriteCanvas
from fairmot_mm.synthetic.street_view import (
    FAR_KERB_Z,
    NEAR_KERB_Z,
    PARKING_Z,
    StreetView,
)

# Sprite, world x and depth in metres of a thing that does not move.
PlacedThing = tuple[Sprite, float, float]


def make_props(
    view: StreetView, rng: np.random.Generator
) -> tuple[list[PlacedThing], list[PlacedThing]]:
    """Make the things that people walk behind: lamp posts, trees and parked cars.

    Args:
        view: The camera.
        rng: Random generator.

    Returns:
        Lamp posts and trees, and parked cars.
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
    return props, [
        (draw_car(resolution, CarLook.sample(rng)), float(x), PARKING_Z) for x in cars
    ]


def _make_lamp(resolution: float) -> Sprite:
    canvas = SpriteCanvas(0.5, 4.6, resolution)
    dark, lit, pane = bgr(0.4, 0.25, 0.2), bgr(0.4, 0.15, 0.34), bgr(0.14, 0.25, 0.97)
    canvas.box(-0.16, 0, 0.32, 0.45, dark)
    canvas.box(-0.075, 0.4, 0.15, 3.4, dark)
    canvas.box(-0.055, 0.4, 0.05, 3.4, lit)
    canvas.polygon([(-0.14, 3.8), (0.14, 3.8), (0.24, 4.3), (-0.24, 4.3)], pane)
    canvas.polygon([(-0.3, 4.3), (0.3, 4.3), (0.0, 4.58)], dark)
    return canvas.sprite()


def _make_tree(resolution: float, rng: np.random.Generator) -> Sprite:
    canvas = SpriteCanvas(1.7, 5.6, resolution)
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
