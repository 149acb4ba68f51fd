"""Cyclists of a synthetic street, seen from the side."""

from dataclasses import dataclass

import numpy as np

from fairmot_mm.synthetic.colour import Colour, bgr
from fairmot_mm.synthetic.sprite import Sprite
from fairmot_mm.synthetic.sprite_canvas import SpriteCanvas

CYCLIST_REACH = 1.05  # metres from the middle to the end, with some space
NUM_PEDAL_PHASES = 8
_WHEEL, _AXLES = 0.34, 0.52  # radius, and distance of the axles from the middle
_PEDALS, _SADDLE, _BARS = (0.0, 0.3), (-0.2, 0.95), (0.42, 1.02)
_CRANK = 0.17
_THIGH, _SHIN = 0.44, 0.46


@dataclass(frozen=True)
class CyclistLook:
    """The appearance of a cyclist.

    Attributes:
        jacket: Hue of the jacket in [0, 1); it tells cyclists apart.
        trousers: Colour of the trousers, BGR.
        bicycle: Colour of the frame, BGR.
        helmet: Colour of the helmet, BGR.
    """

    jacket: float
    trousers: Colour
    bicycle: Colour
    helmet: Colour

    @classmethod
    def sample(cls, rng: np.random.Generator, hue: float) -> 'CyclistLook':
        """Choose an appearance at random.

        Args:
            rng: Random generator.
            hue: Hue of the jacket. The caller chooses it, so that cyclists differ.
        """
        return cls(
            hue,
            bgr(rng.random(), 0.3, rng.uniform(0.15, 0.5)),
            bgr(rng.random(), 0.7, rng.uniform(0.2, 0.8)),
            bgr(rng.random(), 0.6, rng.uniform(0.5, 0.95)),
        )


def draw_cyclist(
    resolution: float, look: CyclistLook, side: int, phase: float
) -> Sprite:
    """Draw a cyclist.

    Args:
        resolution: Pixels per metre of the sprite.
        look: The appearance.
        side: 1 for a ride to the right of the image, -1 to the left.
        phase: Angle of the pedals in radians.

    Returns:
        The sprite; its ground point is between the wheels.
    """
    canvas = SpriteCanvas(CYCLIST_REACH, 1.8, resolution)
    flip = np.array([side, 1])
    jacket, sleeve = bgr(look.jacket, 0.7, 0.85), bgr(look.jacket, 0.75, 0.6)
    dark, skin = bgr(0, 0, 0.12), bgr(0.07, 0.45, 0.85)
    shoulder = np.array([0.12, 1.42])

    _leg(canvas, look, phase + np.pi, flip)
    for x in (-_AXLES, _AXLES):
        canvas.ring(side * x, _WHEEL, _WHEEL - 0.03, 0.06, dark)
    rear, front, pedals = (-_AXLES, _WHEEL), (_AXLES, _WHEEL), _PEDALS
    for line in (
        [rear, pedals, (-0.15, 0.78), rear],
        [(-0.15, 0.78), (0.36, 0.85), pedals],
        [front, (0.36, 0.85), _BARS],
        [(-0.15, 0.78), _SADDLE],
    ):
        canvas.stroke(np.array(line) * flip, 0.05, look.bicycle)
    canvas.stroke(np.array([(-0.3, 0.95), (-0.1, 0.95)]) * flip, 0.07, dark)
    _leg(canvas, look, phase, flip)
    canvas.stroke(np.array([(-0.18, 1.0), shoulder]) * flip, 0.3, jacket)
    canvas.stroke(np.array([shoulder, (0.3, 1.2), _BARS]) * flip, 0.1, sleeve)
    canvas.disc(side * 0.22, 1.58, 0.12, skin)
    canvas.disc(side * 0.2, 1.63, 0.11, look.helmet)
    return canvas.sprite()


def _leg(
    canvas: SpriteCanvas, look: CyclistLook, phase: float, flip: np.ndarray
) -> None:
    """Draw a leg whose foot is on a pedal; the knee bends forward."""
    hip = np.array(_SADDLE)
    foot = np.array(_PEDALS) + _CRANK * np.array([np.sin(phase), np.cos(phase)])
    reach = foot - hip
    length = float(np.hypot(*reach))
    along = (length**2 + _THIGH**2 - _SHIN**2) / (2 * length)
    aside = np.sqrt(max(_THIGH**2 - along**2, 0.0))
    direction = reach / length
    knee = hip + along * direction + aside * np.array([-direction[1], direction[0]])
    canvas.stroke(np.array([hip, knee, foot]) * flip, 0.13, look.trousers)
    canvas.stroke(
        np.array([foot, np.add(foot, (0.12, 0.0))]) * flip, 0.08, bgr(0, 0, 0.2)
    )
