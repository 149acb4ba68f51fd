"""Cars of a synthetic street, seen from the side."""

from dataclasses import dataclass

import numpy as np

from fairmot_mm.synthetic.colour import bgr
from fairmot_mm.synthetic.sprite import Sprite
from fairmot_mm.synthetic.sprite_canvas import SpriteCanvas

CAR_REACH = 2.3  # metres from the middle to the end, with some space


@dataclass(frozen=True)
class CarLook:
    """The appearance of a car.

    Attributes:
        side: 1 with the front at the right of the image, -1 at the left.
        hue: Hue of the body in [0, 1).
        value: Brightness of the body in [0, 1].
    """

    side: int
    hue: float
    value: float

    @classmethod
    def sample(cls, rng: np.random.Generator) -> 'CarLook':
        """Choose an appearance at random.

        Args:
            rng: Random generator.
        """
        side = 1 if rng.random() < 0.5 else -1
        return cls(side, rng.random(), rng.uniform(0.45, 0.8))


def draw_car(resolution: float, look: CarLook) -> Sprite:
    """Draw a car.

    Args:
        resolution: Pixels per metre of the sprite.
        look: Its appearance.

    Returns:
        The sprite; its ground point is below the middle of the car.
    """
    canvas = SpriteCanvas(CAR_REACH, 1.6, resolution)
    side = look.side
    body = bgr(look.hue, 0.55, look.value)
    shade = bgr(look.hue, 0.6, look.value * 0.7)
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
