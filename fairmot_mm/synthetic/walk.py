"""Paths of the people of a synthetic street."""

from dataclasses import dataclass

import numpy as np

from fairmot_mm.synthetic.street_view import StreetView

# Ranges of depth in metres: in front of the parked cars, and behind them.
_ROAD, _FAR_PAVEMENT = (6.6, 15.8), (19.3, 23.0)
_SMOOTHING = 0.6  # seconds of a path over which a corner is rounded


@dataclass(frozen=True)
class Walk:
    """Path of one person over T frames.

    Attributes:
        x: (T,) world x in metres.
        depth: (T,) world z in metres.
        heading: (T,) radians, seen from the camera: 0 = away, pi / 2 = to the right.
        distance: (T,) metres walked since the start.
    """

    x: np.ndarray
    depth: np.ndarray
    heading: np.ndarray
    distance: np.ndarray


def plan_walks(
    view: StreetView,
    num_people: int,
    num_frames: int,
    frame_rate: float,
    rng: np.random.Generator,
) -> list[Walk]:
    """Plan paths: people cross the scene, stroll in it, or leave it and return.

    Depths are spread evenly, so that people who cross do not walk through each other.

    Args:
        view: The camera; it decides where the image ends.
        num_people: Number of paths.
        num_frames: Length T of the video.
        frame_rate: Frames per second.
        rng: Random generator.

    Returns:
        One path per person.
    """
    near = rng.random(num_people) < 0.72
    ranks = (rng.permutation(num_people) + rng.random(num_people)) / num_people
    walks = []
    for index in range(num_people):
        low, high = _ROAD if near[index] else _FAR_PAVEMENT
        depth = low + (high - low) * ranks[index]
        speed = rng.uniform(0.95, 1.6)
        needed = speed * (num_frames / frame_rate + 2 * _SMOOTHING)
        # The first kind is "return", so that every scene has people who return.
        kind = ('return', 'cross', 'stroll', 'cross')[index % 4]
        corners = _choose_corners(kind, view, depth, (low, high), needed, rng)
        walks.append(_walk_along(corners, speed, num_frames, frame_rate))
    return walks


def _choose_corners(
    kind: str,
    view: StreetView,
    depth: float,
    zone: tuple[float, float],
    needed: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Choose (K, 2) corners x, z of a path of at least ``needed`` metres."""
    side = rng.choice([-1, 1])
    edge = view.half_width(depth)
    if kind == 'return':
        corners = [(side * (edge - rng.uniform(0.6, 1.8)), depth)]
    else:
        corners = [(rng.uniform(-0.85, 0.85) * edge, depth)]
    length = 0.0
    while length < needed or len(corners) < 2:
        if kind == 'stroll':
            depth = rng.uniform(*zone)
            x = rng.uniform(-0.85, 0.85) * view.half_width(depth)
        else:
            depth = float(np.clip(depth + rng.normal(0, 0.35), *zone))
            x = side * (view.half_width(depth) + 0.75)
            side = -side
        length += float(np.hypot(x - corners[-1][0], depth - corners[-1][1]))
        corners.append((x, depth))
    return np.array(corners)


def _walk_along(
    corners: np.ndarray, speed: float, num_frames: int, frame_rate: float
) -> Walk:
    """Walk at constant speed along a polyline with rounded corners."""
    half = max(1, round(_SMOOTHING * frame_rate / 2))
    steps = np.arange(num_frames + 2 * half + 1) * speed / frame_rate
    legs = np.hypot(*np.diff(corners, axis=0).T)
    along = np.concatenate([[0], np.cumsum(legs)])
    window = np.ones(2 * half + 1) / (2 * half + 1)
    x, depth = (
        np.convolve(np.interp(steps, along, axis), window, mode='valid')
        for axis in corners.T
    )
    move_x, move_z = np.diff(x), np.diff(depth)
    x, depth = x[:-1], depth[:-1]
    return Walk(
        x=x,
        depth=depth,
        heading=np.arctan2(move_x, move_z) - np.arctan2(x, depth),
        distance=np.cumsum(np.hypot(move_x, move_z)),
    )
