"""Pictures of a walking person, drawn from a skeleton.

The skeleton is in metres (forward, right, up). The phase of the gait moves the limbs,
and the heading turns the body. The projection is orthographic and slightly from above.
Every part of the body is the convex hull of a few circles, filled with a texture.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

from fairmot_mm.synthetic.appearance import Appearance, cloth_texture
from fairmot_mm.synthetic.sprite import Sprite

NUM_PHASES = 16
NUM_HEADINGS = 24
_SUPERSAMPLING = 2
# Extent of a sprite around the feet, as shares of the body height.
_HALF_WIDTH, _TOP, _BELOW = 0.62, 1.14, 0.12
_PITCH = 0.14  # metres upward in the image per metre of depth, as seen from above
_CIRCLE = np.stack(
    [np.cos(np.linspace(0, 2 * np.pi, 20)), np.sin(np.linspace(0, 2 * np.pi, 20))], 1
)


@dataclass(frozen=True)
class _Part:
    """Part of the body: circles at ``points`` (k, 3) with ``radii`` (k,), in metres."""

    points: np.ndarray
    radii: np.ndarray
    cloth: str


def _part(cloth: str, *circles: tuple[np.ndarray, float]) -> _Part:
    points, radii = zip(*circles, strict=True)
    return _Part(np.array(points), np.array(radii), cloth)


def _vector(forward: float, right: float, up: float) -> np.ndarray:
    return np.array([forward, right, up])


def _swing(angle: float, length: float) -> np.ndarray:
    """Vector along a limb that hangs down and turns forward by ``angle`` radians."""
    return _vector(np.sin(angle) * length, 0, -np.cos(angle) * length)


@dataclass
class Figure:
    """Sprites of one person, each drawn on first use.

    Args:
        appearance: Clothes and build.
        pixels_per_metre: Resolution of the sprites.
    """

    appearance: Appearance
    pixels_per_metre: float
    _sprites: dict[tuple[int, int], Sprite] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        height = self.appearance.height
        self._scale = self.pixels_per_metre * _SUPERSAMPLING
        self._shape = (
            _SUPERSAMPLING * round((_TOP + _BELOW) * height * self.pixels_per_metre),
            _SUPERSAMPLING * 2 * round(_HALF_WIDTH * height * self.pixels_per_metre),
        )
        self._foot = np.array(
            [self._shape[1] / 2, self._shape[0] - _BELOW * height * self._scale]
        )
        rng = np.random.default_rng(self.appearance.texture_seed)
        self._cloths = {
            name: cloth_texture(cloth, self._shape, self._scale, rng)
            for name, cloth in self.appearance.cloths.items()
        }

    def sprite(self, phase: float, heading: float) -> Sprite:
        """Draw the person at one moment of the gait.

        Args:
            phase: Phase of the gait in radians; 2 pi is one step with each leg.
            heading: Direction in radians on the ground, seen from the camera: 0 is
                away, pi / 2 to the right of the image, pi towards the camera.

        Returns:
            The sprite for the nearest of `NUM_PHASES` phases and `NUM_HEADINGS`
            headings.
        """
        key = (
            round(phase / (2 * np.pi) * NUM_PHASES) % NUM_PHASES,
            round(heading / (2 * np.pi) * NUM_HEADINGS) % NUM_HEADINGS,
        )
        if key not in self._sprites:
            self._sprites[key] = self._draw(
                key[0] * 2 * np.pi / NUM_PHASES, key[1] * 2 * np.pi / NUM_HEADINGS
            )
        return self._sprites[key]

    def _draw(self, phase: float, heading: float) -> Sprite:
        ahead = np.array([np.sin(heading), np.cos(heading)])  # image right, depth
        canvas = np.zeros((*self._shape, 4), np.uint8)
        for part in self._parts(phase, ahead):
            self._fill(canvas, part, ahead)
        size = (self._shape[1] // _SUPERSAMPLING, self._shape[0] // _SUPERSAMPLING)
        return Sprite(
            cv2.resize(canvas, size, interpolation=cv2.INTER_AREA),
            self._foot / _SUPERSAMPLING,
            self.pixels_per_metre,
        )

    def _fill(self, canvas: np.ndarray, part: _Part, ahead: np.ndarray) -> None:
        """Paint one part with light from the upper left of the image."""
        forward, right, up = part.points.T
        across = forward * ahead[0] + right * ahead[1]
        depth = forward * ahead[1] - right * ahead[0]
        centres = np.stack([across, -(up + _PITCH * depth)], 1) * self._scale
        circles = _CIRCLE * (part.radii * self._scale)[:, None, None]
        outline = (circles + (centres + self._foot)[:, None]).reshape(-1, 2)
        hull = cv2.convexHull(outline.round().astype(np.int32))
        x, y, w, h = cv2.boundingRect(hull)
        mask = np.zeros((h, w), np.uint8)
        cv2.fillConvexPoly(mask, hull - np.array([x, y]), 1)
        rows, cols = slice(max(y, 0), y + h), slice(max(x, 0), x + w)
        mask = mask[rows.start - y :, cols.start - x :]
        mask = mask[: self._shape[0] - rows.start, : self._shape[1] - cols.start]
        light = self._light(mask, float(part.radii.max()))
        cloth = np.ascontiguousarray(self._cloths[part.cloth][rows, cols])
        lit = cv2.multiply(cloth, cv2.merge([light, light, light]), dtype=cv2.CV_8U)
        cv2.copyTo(cv2.cvtColor(lit, cv2.COLOR_BGR2BGRA), mask, canvas[rows, cols])

    def _light(self, mask: np.ndarray, radius: float) -> np.ndarray:
        """Compute the shading that makes a flat mask appear round, (h, w) float32."""
        height, width = mask.shape
        # Light is smooth: half of the resolution saves most of the time of the blur.
        size = (max(width // _SUPERSAMPLING, 1), max(height // _SUPERSAMPLING, 1))
        soft = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        sigma = max(radius * self.pixels_per_metre * 0.45, 0.5)
        soft = cv2.GaussianBlur(soft, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
        slope = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=1)
        light = np.clip(0.62 + 0.42 * soft + 0.63 * slope, 0.55, 1.15)
        return cv2.resize(light, (width, height))

    def _parts(self, phase: float, ahead: np.ndarray) -> list[_Part]:
        """List the parts from the farthest to the nearest."""
        height = self.appearance.height
        legs = [self._leg(side, phase) for side in (-1, 1)]
        lowest = min(float(part.points[:, 2].min()) for leg in legs for part in leg)
        lift = _vector(0, 0, 0.025 * height - lowest)
        arms = [self._arm(side, phase) for side in (-1, 1)]
        # A person who walks to the right of the image has the right side near the
        # camera.
        near = 1 if ahead[0] > 0 else 0
        bag = self._bag()
        away, from_behind = ahead[1] > 0, ahead[1] > 0.3
        ordered = [
            *arms[1 - near],
            *([] if away else bag),
            *legs[1 - near],
            *legs[near],
            *([] if from_behind else self._long_hair()),
            *self._torso(phase),
            *(bag if away else []),
            *self._head(ahead),
            *(self._long_hair() if from_behind else []),
            *arms[near],
        ]
        return [_Part(part.points + lift, part.radii, part.cloth) for part in ordered]

    def _leg(self, side: int, phase: float) -> list[_Part]:
        height, build = self.appearance.height, self.appearance.build
        phase = phase + (np.pi if side > 0 else 0)
        swing = 0.42 * np.sin(phase)
        bend = 0.12 + 0.85 * max(0.0, np.cos(phase)) ** 1.5
        hip = _vector(0, side * 0.052 * height * build, 0)
        knee = hip + _swing(swing, 0.245 * height)
        ankle = knee + _swing(swing - bend, 0.225 * height)
        toe = ankle + _swing(swing - bend + 1.35, 0.10 * height)
        thigh, shin = 0.048 * height * build, 0.030 * height * build
        lower = 'lower' if self.appearance.legwear == 'trousers' else 'legs'
        upper = 'legs' if self.appearance.legwear == 'skirt' else 'lower'
        return [
            _part('shoes', (ankle, 0.027 * height), (toe, 0.019 * height)),
            _part(lower, (knee, shin * 1.2), (ankle, shin)),
            _part(upper, (hip, thigh), (knee, shin * 1.35)),
        ]

    def _arm(self, side: int, phase: float) -> list[_Part]:
        height, build = self.appearance.height, self.appearance.build
        swing = 0.42 * np.sin(phase + (0 if side > 0 else np.pi))
        spread = side * 0.03 * height
        shoulder = _vector(0, side * 0.112 * height * build, 0.315 * height)
        elbow = shoulder + _swing(swing, 0.165 * height) + _vector(0, spread * 0.6, 0)
        wrist = elbow + _swing(swing + 0.35, 0.135 * height)
        radius = 0.029 * height * build
        sleeve = 'upper' if self.appearance.long_sleeves else 'skin'
        return [
            _part('skin', (wrist + _swing(swing, 0.02 * height), 0.022 * height)),
            _part(sleeve, (elbow, radius * 0.9), (wrist, radius * 0.75)),
            _part('upper', (shoulder, radius * 1.15), (elbow, radius)),
        ]

    def _torso(self, phase: float) -> list[_Part]:
        height, build = self.appearance.height, self.appearance.build
        chest, waist = 0.088 * height * build, 0.062 * height * build
        thick = 0.058 * height * build
        top, hem = 0.325 * height, -0.015 * height
        swing = -0.42 * np.sin(phase)
        parts = []
        if self.appearance.legwear == 'skirt':
            knees = [
                _vector(0, side * waist * 1.3, 0) + _swing(side * swing, 0.22 * height)
                for side in (-1, 1)
            ]
            parts.append(
                _part(
                    'lower',
                    (_vector(0, -waist, 0.02), thick),
                    (_vector(0, waist, 0.02), thick),
                    *((knee, 0.05 * height * build) for knee in knees),
                )
            )
        body = (
            (_vector(0, -chest, top - thick), thick),
            (_vector(0, chest, top - thick), thick),
            (_vector(0, -waist, hem + thick), thick),
            (_vector(0, waist, hem + thick), thick),
        )
        neck = _vector(0.005, 0, top)
        parts.append(_part('skin', (neck, 0.03 * height), (neck * 1.1, 0.03 * height)))
        parts.append(_part('upper', *body))
        return parts

    def _head(self, ahead: np.ndarray) -> list[_Part]:
        height, hair_style = self.appearance.height, self.appearance.hair_style
        radius = 0.064 * height
        skull = _vector(0.012, 0, 0.435 * height)
        back = _vector(-0.35 * radius, 0, 0.18 * radius)
        parts = []
        hair = [(skull + back, radius * 1.04), (skull + back * 0.2, radius * 1.02)]
        face = _part(
            'skin',
            (skull + _vector(0.30 * radius, 0, -0.14 * radius), radius * 0.84),
            (skull + _vector(0.30 * radius, 0, -0.50 * radius), radius * 0.62),
        )
        if hair_style == 'bald':
            parts.append(_part('skin', (skull, radius)))
        else:
            parts.append(_part('hair', *hair))
        if ahead[1] < 0.45:
            parts.append(face)
        if ahead[1] < -0.3:
            parts += [
                _part('hair', (skull + _vector(radius, side * 0.36 * radius, 0), 0.011))
                for side in (-1, 1)
            ]
        if hair_style == 'hat':
            brim = skull + _vector(1.1 * radius, 0, 0.42 * radius)
            crown = skull + _vector(0, 0, 0.5 * radius)
            parts.append(_part('hat', (crown, radius * 0.88), (brim, radius * 0.16)))
        return parts

    def _long_hair(self) -> list[_Part]:
        """Hair behind the shoulders; from the front the torso hides it."""
        if self.appearance.hair_style != 'long':
            return []
        radius = 0.064 * self.appearance.height
        skull = _vector(-0.3 * radius, 0, 0.435 * self.appearance.height)
        nape = skull + _vector(-0.25 * radius, 0, -1.9 * radius)
        return [_part('hair', (skull, radius), (nape, radius * 0.8))]

    def _bag(self) -> list[_Part]:
        height = self.appearance.height
        if self.appearance.bag == 'none':
            return []
        if self.appearance.bag == 'backpack':
            middle, size = _vector(-0.085 * height, 0, 0.19 * height), 0.06 * height
        else:
            middle, size = _vector(0, 0.15 * height, 0.0), 0.04 * height
        up, right = _vector(0, 0, size), _vector(0, size * 0.7, 0)
        return [
            _part(
                'bag',
                *((middle + a * up + b * right, size * 0.6)
                  for a in (-1, 1) for b in (-1, 1)),
            )
        ]  # fmt: skip
