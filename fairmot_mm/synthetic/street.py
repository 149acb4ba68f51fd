"""The background of a synthetic scene: sky, houses, pavements and a road."""

import cv2
import numpy as np

from fairmot_mm.synthetic.colour import bgr
from fairmot_mm.synthetic.facade import paint_facades
from fairmot_mm.synthetic.street_view import (
    BOTTOM_Z,
    FACADE_Z,
    FAR_KERB_Z,
    NEAR_KERB_Z,
    StreetView,
)

_SUPERSAMPLING = 2


def paint_street(view: StreetView, rng: np.random.Generator) -> np.ndarray:
    """Paint everything that never hides a person.

    Args:
        view: The camera.
        rng: Random generator.

    Returns:
        (height, width, 3) uint8 BGR of the size of ``view``.
    """
    fine = view.enlarged(_SUPERSAMPLING)
    image = _paint_sky(fine, rng)
    _paint_distance(image, fine, rng)
    paint_facades(image, fine, rng)
    _roughen_walls(image, fine, rng)
    _paint_ground(image, fine, rng)
    return cv2.resize(image, (view.width, view.height), interpolation=cv2.INTER_AREA)


def _smooth_noise(
    rng: np.random.Generator, shape: tuple[int, int], cells: int
) -> np.ndarray:
    """Make smooth noise in [-1, 1] with about ``cells`` blobs across the width."""
    rows = max(2, round(cells * shape[0] / shape[1]))
    small = rng.uniform(-1, 1, (rows, max(cells, 2))).astype(np.float32)
    return cv2.resize(small, shape[::-1], interpolation=cv2.INTER_CUBIC)


def _paint_sky(view: StreetView, rng: np.random.Generator) -> np.ndarray:
    top, low = np.array(bgr(0.57, 0.45, 0.92)), np.array(bgr(0.56, 0.12, 0.98))
    blend = np.linspace(0, 1, view.height)[:, None, None] ** 0.6
    sky = np.broadcast_to(
        top + (low - top) * blend, (view.height, view.width, 3)
    ).astype(np.float32)
    clouds = _smooth_noise(rng, sky.shape[:2], 5) + 0.5 * _smooth_noise(
        rng, sky.shape[:2], 14
    )
    cover = np.clip(clouds, 0, 0.8)[..., None]
    return np.ascontiguousarray(sky * (1 - cover) + 252 * cover, np.uint8)


def _paint_distance(
    image: np.ndarray, view: StreetView, rng: np.random.Generator
) -> None:
    """Paint distant houses and trees, visible in the gaps between the near houses."""
    unit = view.scale(60.0)
    base = int(view.row(FACADE_Z))
    for x in np.arange(0, view.width, 7 * unit):
        top = view.row(60.0) - rng.uniform(7, 13) * unit
        colour = bgr(0.58, 0.12, rng.uniform(0.68, 0.8))
        right = x + rng.uniform(5, 9) * unit
        cv2.rectangle(image, (int(x), int(top)), (int(right), base), colour, -1)
    for x in np.arange(0, view.width, 2 * unit):
        centre = (int(x + rng.uniform(0, unit)), int(view.row(60.0) - 2 * unit))
        colour = bgr(rng.uniform(0.25, 0.33), 0.32, rng.uniform(0.5, 0.65))
        cv2.circle(image, centre, int(rng.uniform(1.5, 2.6) * unit), colour, -1)
    cv2.rectangle(
        image, (0, int(view.row(60.0))), (view.width, base), bgr(0.6, 0.05, 0.6), -1
    )


def _roughen_walls(
    image: np.ndarray, view: StreetView, rng: np.random.Generator
) -> None:
    """Make the walls uneven, and dark where they meet the pavement."""
    base, unit = int(view.row(FACADE_Z)), view.scale(FACADE_Z)
    texture = _smooth_noise(rng, image.shape[:2], view.width // 6)[:base, :, None] * 5
    image[:base] = np.clip(image[:base] + texture, 0, 255)
    image[base - int(0.35 * unit) : base] //= 2


def _paint_ground(
    image: np.ndarray, view: StreetView, rng: np.random.Generator
) -> None:
    """Paint pavement, kerb and road: a texture in metres, seen in perspective."""
    top = int(view.row(FACADE_Z))
    rows = np.arange(top, view.height) + 0.5
    depth = ((view.bottom - view.horizon) * BOTTOM_Z / (rows - view.horizon))[:, None]
    across = (np.arange(view.width) + 0.5 - view.width / 2)[None] * depth / view.focal
    pavement = (depth > FAR_KERB_Z) | (depth < NEAR_KERB_Z)
    fade = np.clip(10 / depth, 0.35, 1)  # lines thinner than a pixel lose contrast
    joints = (across % 0.9 < 0.05) | (depth % 0.9 < 0.05 + 0.004 * depth)
    slabs = (np.floor(across / 0.9) * 7 + np.floor(depth / 0.9) * 13) % 5 - 2
    grey = np.where(pavement, 172 + 3.0 * slabs - 34 * joints * fade, 92)
    kerb = (np.abs(depth - FAR_KERB_Z) < 0.28) | (np.abs(depth - NEAR_KERB_Z) < 0.13)
    grey = np.where(kerb, 198, grey)
    gutter = (depth < FAR_KERB_Z - 0.28) & (depth > FAR_KERB_Z - 0.75)
    grey = np.where(gutter, 74, grey)
    middle = (FAR_KERB_Z + NEAR_KERB_Z) / 2 - 0.9
    crossing = rng.uniform(-0.6, 0.6) * view.half_width(middle)
    dashes = (np.abs(depth - middle) < 0.13) & (across % 4.5 < 2.4)
    zebra = (np.abs(across - crossing) < 1.9) & ((depth - 0.3) % 1.1 < 0.55)
    zebra &= (depth < FAR_KERB_Z - 1) & (depth > NEAR_KERB_Z + 0.5)
    dashes &= np.abs(across - crossing) > 2.4
    grey = np.where(dashes | zebra, 205, grey)
    shape = (len(rows), view.width)
    blotches = 7 * _smooth_noise(rng, shape, 9) + 4 * _smooth_noise(rng, shape, 60)
    grain = rng.normal(0, 9, shape).astype(np.float32) * (0.5 + 0.5 * fade)
    near_wall = np.clip((FACADE_Z - depth) / 1.2, 0.55, 1)
    tint = np.where(pavement[..., None], (0.94, 0.98, 1.0), (1.02, 1.0, 0.97))
    colour = ((grey + blotches + grain) * near_wall)[..., None] * tint
    image[top:] = np.clip(colour, 0, 255)
