"""The appearance of synthetic people: build, skin, hair, clothes, bag."""

from dataclasses import dataclass

import cv2
import numpy as np

from fairmot_mm.synthetic.colour import bgr

PATTERNS = ('plain', 'stripes', 'pinstripes', 'checks', 'dots', 'band', 'melange')
_SKINS = ((190, 205, 240), (150, 180, 225), (110, 145, 200), (75, 105, 160),
          (50, 70, 110))  # fmt: skip
_HAIRS = ((25, 25, 30), (30, 45, 70), (45, 80, 125), (110, 175, 215),
          (150, 150, 155), (40, 60, 140))  # fmt: skip


@dataclass(frozen=True)
class Cloth:
    """Colour and pattern of a textile.

    Attributes:
        colour: Main colour, BGR 0 to 255.
        accent: Second colour of the pattern, BGR.
        pattern: One of `PATTERNS`.
        period: Length of one repeat of the pattern in metres.
    """

    colour: tuple[float, float, float]
    accent: tuple[float, float, float]
    pattern: str = 'plain'
    period: float = 0.1


@dataclass(frozen=True)
class Appearance:
    """The appearance of one identity.

    Attributes:
        height: Body height in metres.
        build: Width relative to the average person, 1 = average.
        cloths: Textile for each of upper, lower, legs, skin, hair, hat, shoes, bag.
        legwear: 'trousers', 'shorts' or 'skirt'.
        long_sleeves: Whether sleeves reach the wrist.
        hair_style: 'short', 'long', 'bald' or 'hat'.
        bag: 'none', 'backpack' or 'handbag'.
        texture_seed: Seed of the grain of the textiles.
    """

    height: float
    build: float
    cloths: dict[str, Cloth]
    legwear: str
    long_sleeves: bool
    hair_style: str
    bag: str
    texture_seed: int

    @classmethod
    def sample(cls, rng: np.random.Generator, hue: float) -> 'Appearance':
        """Choose an appearance at random.

        Args:
            rng: Random generator.
            hue: Hue of the upper garment in [0, 1). The caller chooses it, so that
                people of one scene differ.

        Returns:
            The appearance.
        """
        skin = _SKINS[rng.integers(len(_SKINS))]
        legwear = str(rng.choice(['trousers', 'shorts', 'skirt'], p=[0.6, 0.18, 0.22]))
        tights = rng.random() < 0.4
        cloths = {
            'upper': _random_cloth(rng, hue, rng.choice(PATTERNS)),
            'lower': _random_lower_cloth(rng),
            'legs': _plain_cloth(
                (45, 40, 40) if tights and legwear == 'skirt' else skin
            ),
            'skin': _plain_cloth(skin),
            'hair': _plain_cloth(_HAIRS[rng.integers(len(_HAIRS))]),
            'hat': _plain_cloth(bgr(rng.random(), 0.6, 0.75)),
            'shoes': _plain_cloth(bgr(rng.random(), 0.3, rng.choice([0.15, 0.3, 0.9]))),
            'bag': _plain_cloth(bgr(rng.random(), 0.6, 0.5)),
        }
        return cls(
            height=float(np.clip(rng.normal(1.72, 0.11), 1.45, 1.98)),
            build=float(rng.uniform(0.88, 1.25)),
            cloths=cloths,
            legwear=legwear,
            long_sleeves=bool(rng.random() < 0.55),
            hair_style=str(
                rng.choice(['short', 'long', 'bald', 'hat'], p=[0.45, 0.3, 0.07, 0.18])
            ),
            bag=str(rng.choice(['none', 'backpack', 'handbag'], p=[0.55, 0.25, 0.2])),
            texture_seed=int(rng.integers(2**31)),
        )


def _plain_cloth(colour: tuple[float, float, float]) -> Cloth:
    return Cloth(colour, colour)


def _random_cloth(rng: np.random.Generator, hue: float, pattern: str) -> Cloth:
    colour = bgr(hue, rng.uniform(0.45, 0.85), rng.uniform(0.5, 0.95))
    if rng.random() < 0.5:
        accent = bgr(hue + rng.uniform(0.25, 0.75), 0.6, rng.uniform(0.35, 0.9))
    else:
        accent = bgr(0, 0, rng.choice([0.12, 0.95]))
    return Cloth(colour, accent, str(pattern), float(rng.uniform(0.09, 0.16)))


def _random_lower_cloth(rng: np.random.Generator) -> Cloth:
    """Choose jeans, a dark or light neutral textile, or a colourful one."""
    kind = rng.integers(4)
    if kind == 0:
        return Cloth(bgr(0.6, 0.5, rng.uniform(0.35, 0.65)), (200, 170, 140), 'melange')
    if kind == 1:
        return _plain_cloth(bgr(rng.random(), 0.15, rng.uniform(0.14, 0.3)))
    if kind == 2:
        return _plain_cloth(bgr(0.1, rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.9)))
    return _random_cloth(
        rng, rng.random(), rng.choice(['plain', 'checks', 'pinstripes'])
    )


def cloth_texture(
    cloth: Cloth,
    shape: tuple[int, int],
    pixels_per_metre: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Render the texture of a textile.

    Args:
        cloth: Colour and pattern.
        shape: Height and width of the texture in pixels.
        pixels_per_metre: Resolution of the texture.
        rng: Random generator for the pattern 'melange'.

    Returns:
        (H, W, 3) uint8 BGR.
    """
    base = np.array(cloth.colour, np.float32)
    if cloth.pattern == 'plain':
        return np.broadcast_to(base.astype(np.uint8), (*shape, 3))
    rows, cols = shape
    repeat = pixels_per_metre * cloth.period
    v = np.arange(rows)[:, None] / repeat
    u = (np.arange(cols)[None] - cols / 2) / repeat
    if cloth.pattern == 'melange':
        mix = 0.4 * _smooth_noise(shape, round(rows / pixels_per_metre * 60), rng)
    else:
        mix = np.broadcast_to(_pattern_share(cloth.pattern, u, v), shape).astype(
            np.float32
        )
    accent = np.array(cloth.accent, np.float32)
    return (base + mix[..., None] * (accent - base)).astype(np.uint8)


def _pattern_share(pattern: str, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Compute the share of the accent colour; ``u``, ``v`` are pixels / period."""
    if pattern == 'stripes':
        return (v % 1 < 0.42) + 0 * u
    if pattern == 'pinstripes':
        return (u % 0.7 < 0.2) + 0 * v
    if pattern == 'checks':
        return 0.5 * (v % 1 < 0.5) + 0.5 * (u % 1 < 0.5)
    if pattern == 'dots':
        return (((u % 1) - 0.5) ** 2 + ((v % 1) - 0.5) ** 2) < 0.09
    if pattern == 'band':
        return ((v % 5) > 2.1) & ((v % 5) < 3.4) & (u < 99)
    return 0 * (u + v)


def _smooth_noise(
    shape: tuple[int, int], size: int, rng: np.random.Generator
) -> np.ndarray:
    """Make smooth noise in [0, 1] with ``size`` random values along the height."""
    small = rng.random((size, max(size * shape[1] // shape[0], 2)), np.float32)
    return cv2.resize(small, shape[::-1], interpolation=cv2.INTER_LINEAR)
