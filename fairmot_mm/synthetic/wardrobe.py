"""What synthetic people look like: build, skin, hair, clothes, bag."""

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
    """A textile.

    Attributes:
        colour: Main colour, BGR 0 to 255.
        accent: Second colour of the pattern, BGR.
        pattern: One of `PATTERNS`.
        period: Repeat of the pattern in metres.
    """

    colour: tuple[float, float, float]
    accent: tuple[float, float, float]
    pattern: str = 'plain'
    period: float = 0.1


@dataclass(frozen=True)
class Appearance:
    """One identity.

    Attributes:
        height: Body height in metres.
        build: Width relative to the average, 1 = average.
        cloths: Textile of each of upper, lower, legs, skin, hair, hat, shoes, bag.
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
        """Draw an identity.

        Args:
            rng: Source of chance.
            hue: Hue of the upper garment in [0, 1). Given, so that a caller can keep
                the people of one scene apart.
        """
        skin = _SKINS[rng.integers(len(_SKINS))]
        legwear = str(rng.choice(['trousers', 'shorts', 'skirt'], p=[0.6, 0.18, 0.22]))
        tights = rng.random() < 0.4
        cloths = {
            'upper': _cloth(rng, hue, rng.choice(PATTERNS)),
            'lower': _lower(rng),
            'legs': _plain((45, 40, 40) if tights and legwear == 'skirt' else skin),
            'skin': _plain(skin),
            'hair': _plain(_HAIRS[rng.integers(len(_HAIRS))]),
            'hat': _plain(bgr(rng.random(), 0.6, 0.75)),
            'shoes': _plain(bgr(rng.random(), 0.3, rng.choice([0.15, 0.3, 0.9]))),
            'bag': _plain(bgr(rng.random(), 0.6, 0.5)),
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


def _plain(colour: tuple[float, float, float]) -> Cloth:
    return Cloth(colour, colour)


def _cloth(rng: np.random.Generator, hue: float, pattern: str) -> Cloth:
    colour = bgr(hue, rng.uniform(0.45, 0.85), rng.uniform(0.5, 0.95))
    if rng.random() < 0.5:
        accent = bgr(hue + rng.uniform(0.25, 0.75), 0.6, rng.uniform(0.35, 0.9))
    else:
        accent = bgr(0, 0, rng.choice([0.12, 0.95]))
    return Cloth(colour, accent, str(pattern), float(rng.uniform(0.09, 0.16)))


def _lower(rng: np.random.Generator) -> Cloth:
    """Jeans, a dark or a light neutral, or something colourful."""
    kind = rng.integers(4)
    if kind == 0:
        return Cloth(bgr(0.6, 0.5, rng.uniform(0.35, 0.65)), (200, 170, 140), 'melange')
    if kind == 1:
        return _plain(bgr(rng.random(), 0.15, rng.uniform(0.14, 0.3)))
    if kind == 2:
        return _plain(bgr(0.1, rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.9)))
    return _cloth(rng, rng.random(), rng.choice(['plain', 'checks', 'pinstripes']))


def fabric(
    cloth: Cloth,
    shape: tuple[int, int],
    pixels_per_metre: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Texture of a textile over a whole canvas.

    Args:
        cloth: What to weave.
        shape: Height and width of the canvas in pixels.
        pixels_per_metre: Resolution of the canvas.
        rng: Source of the grain.

    Returns:
        (H, W, 3) uint8 BGR.
    """
    rows, cols = shape
    base = np.array(cloth.colour, np.float32)
    if cloth.pattern == 'plain':
        return np.broadcast_to(base.astype(np.uint8), (*shape, 3))
    rows, cols = shape
    repeat = pixels_per_metre * cloth.period
    v = np.arange(rows)[:, None] / repeat
    u = (np.arange(cols)[None] - cols / 2) / repeat
    if cloth.pattern == 'melange':
        mix = 0.4 * _grain(shape, round(rows / pixels_per_metre * 60), rng)
    else:
        mix = np.broadcast_to(_weave(cloth.pattern, u, v), shape).astype(np.float32)
    accent = np.array(cloth.accent, np.float32)
    return (base + mix[..., None] * (accent - base)).astype(np.uint8)


def _weave(pattern: str, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Share of the accent colour, from coordinates counted in periods."""
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


def _grain(shape: tuple[int, int], size: int, rng: np.random.Generator) -> np.ndarray:
    """Noise in [0, 1], ``size`` grains high."""
    small = rng.random((size, max(size * shape[1] // shape[0], 2)), np.float32)
    return cv2.resize(small, shape[::-1], interpolation=cv2.INTER_LINEAR)
