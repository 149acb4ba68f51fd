"""Rendered street videos with exact ground truth."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from fairmot_mm.synthetic.appearance import Appearance
from fairmot_mm.synthetic.camera_effects import CameraEffects
from fairmot_mm.synthetic.figure import Figure
from fairmot_mm.synthetic.props import make_props
from fairmot_mm.synthetic.scene_canvas import NO_OBJECT, PlacedSprite, SceneCanvas
from fairmot_mm.synthetic.street import paint_street
from fairmot_mm.synthetic.street_view import StreetView
from fairmot_mm.synthetic.traffic import plan_traffic
from fairmot_mm.synthetic.walk import Walk, plan_walks
from fairmot_mm.utils import ConfigError, MOTRows
from fairmot_mm.utils.boxes import xyxy_to_tlwh
from fairmot_mm.utils.contracts import require_range

CAMERAS = ('fixed', 'moving')
# Names of the classes in the order of their numbers in ground truth, from 1.
STREET_CLASSES = ('pedestrian', 'cyclist', 'car')
_GOLDEN = 0.618034  # multiples of the golden ratio, modulo 1, spread hues evenly
_STRIDE = 0.80  # length of one step with each leg, as a share of the body height


@dataclass(frozen=True)
class SyntheticScene:
    """A street with walking people; the same arguments give the same video.

    People cross and hide each other, and walk behind lamp posts, trees and parked cars.
    Some leave the image and return with the same identity and clothes. Cyclists and
    cars may ride along the street. The light changes slowly; the images are slightly
    blurred and noisy.

    Args:
        seed: Seed of street, people, clothes, paths, light and noise.
        num_people: Number of people; their identities are 1 to ``num_people``.
        width: Image width in pixels.
        height: Image height in pixels.
        num_frames: Number of frames.
        frame_rate: Frames per second; it decides how far people walk between frames.
        camera: 'fixed' or 'moving'; a moving camera pans and shakes a little.
        num_cyclists: Number of cyclists; their identities follow those of the people.
        num_cars: Number of cars that move; their identities follow those of the
            cyclists. In a street with cyclists or cars, parked cars have ground truth,
            too, and the identities after those.

    Raises:
        ConfigError: An argument is out of its range.
    """

    seed: int
    num_people: int = 10
    width: int = 640
    height: int = 352
    num_frames: int = 100
    frame_rate: float = 15.0
    camera: str = 'fixed'
    num_cyclists: int = 0
    num_cars: int = 0

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes in the ground truth."""
        return STREET_CLASSES if self.num_cyclists or self.num_cars else ('pedestrian',)

    def __post_init__(self) -> None:
        if self.camera not in CAMERAS:
            raise ConfigError(
                f'camera = {self.camera!r}: use one of {", ".join(CAMERAS)}'
            )
        require_range(low=0, seed=self.seed)
        require_range(low=64, width=self.width, height=self.height)
        require_range(low=0, num_cyclists=self.num_cyclists, num_cars=self.num_cars)
        for name in ('num_people', 'num_frames', 'frame_rate'):
            require_range(above=0, **{name: getattr(self, name)})

    def frames(self) -> Iterator[tuple[np.ndarray, MOTRows]]:
        """Paint the video; every call starts from the first frame.

        Yields:
            The image, (height, width, 3) uint8 BGR, and the ground truth of the frame:
            one row, sorted by identity, for every object whose box touches the image. A
            box is in pixels and bounds the whole object, including hidden parts and
            parts outside the image. `visibility` is the visible share of the object's
            pixels. `marks` is 1 even for a fully hidden object, as in MOT17. `classes`
            are numbers of `STREET_CLASSES`.
        """
        streams = np.random.SeedSequence(self.seed).spawn(7)
        street, props, people, walks, motion, light, rides = map(
            np.random.default_rng, streams
        )
        margin = self._camera_margin()
        view = self._make_view(margin)
        background = paint_street(view, street)
        things, parked = make_props(view, props)
        paths = plan_walks(
            view, self.num_people, self.num_frames, self.frame_rate, walks
        )
        figures = self._make_figures(view, paths, people)
        traffic = plan_traffic(
            view,
            self.num_cyclists,
            self.num_cars,
            self.num_frames,
            self.frame_rate,
            rides,
        )
        effects = CameraEffects(
            (self.width, self.height), self.num_frames, self.frame_rate, light
        )
        with_traffic = len(self.classes) > 1
        num_moving = self.num_people + len(traffic)
        counts = [self.num_people, self.num_cyclists, self.num_cars]
        counts[2] += len(parked) * with_traffic
        still = [(*thing, NO_OBJECT) for thing in things] + [
            (*car, num_moving + number if with_traffic else NO_OBJECT)
            for number, car in enumerate(parked)
        ]
        for index, start in enumerate(self._camera_path(margin, motion)):
            placed = still + [
                (
                    figure.sprite(
                        self._gait_phase(figure, path, index), path.heading[index]
                    ),
                    path.x[index],
                    path.depth[index],
                    identity,
                )
                for identity, (figure, path) in enumerate(
                    zip(figures, paths, strict=True)
                )
            ]
            placed += [
                (
                    vehicle.sprite(index),
                    vehicle.ride.x[index],
                    vehicle.ride.depth[index],
                    identity,
                )
                for identity, vehicle in enumerate(traffic, self.num_people)
            ]
            placed.sort(key=lambda item: -item[2])
            items = [
                PlacedSprite(
                    sprite, view.project(x, depth) - start, view.scale(depth), owner
                )
                for sprite, x, depth, owner in placed
            ]
            image, rows = self._paint_frame(background, start, items, index + 1, counts)
            yield effects.apply(image, index), rows

    def _camera_margin(self) -> np.ndarray:
        """(2,) pixels around the image that a moving camera may show."""
        if self.camera == 'fixed':
            return np.zeros(2)
        return np.ceil(np.array([0.16 * self.width, 0.02 * self.height]))

    def _make_view(self, margin: np.ndarray) -> StreetView:
        width, height = np.array([self.width, self.height]) + 2 * margin
        return StreetView(
            width=int(width),
            height=int(height),
            focal=0.9 * self.width,
            horizon=0.34 * self.height + float(margin[1]),
            bottom=self.height + float(margin[1]),
        )

    def _make_figures(
        self, view: StreetView, paths: list[Walk], rng: np.random.Generator
    ) -> list[Figure]:
        """Make one figure per path, at the resolution of its nearest point."""
        first = rng.random()
        appearances = [
            Appearance.sample(rng, (first + k * _GOLDEN) % 1)
            for k in range(self.num_people)
        ]
        return [
            Figure(appearance, view.scale(float(path.depth.min())))
            for appearance, path in zip(appearances, paths, strict=True)
        ]

    def _gait_phase(self, figure: Figure, path: Walk, index: int) -> float:
        """Compute the phase of the gait at which feet do not slide over the ground."""
        strides = path.distance[index] / (_STRIDE * figure.appearance.height)
        return float(2 * np.pi * (strides + figure.appearance.texture_seed * _GOLDEN))

    def _camera_path(self, margin: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """(num_frames, 2) column and row of the background where the image begins."""
        if self.camera == 'fixed':
            return np.zeros((self.num_frames, 2))
        seconds = np.arange(self.num_frames) / self.frame_rate
        pan = np.sin(2 * np.pi * (seconds / rng.uniform(9, 14) + rng.random()))
        hertz, phases = (
            rng.uniform(0.7, 2.5, (2, 4, 1)),
            rng.uniform(0, 6.28, (2, 4, 1)),
        )
        shake = np.sin(2 * np.pi * hertz * seconds + phases).mean(1).T
        path = np.stack([0.85 * pan, np.zeros_like(pan)], 1) + [0.02, 0.9] * shake
        return margin * (1 + path)

    def _paint_frame(
        self,
        background: np.ndarray,
        start: np.ndarray,
        items: list[PlacedSprite],
        frame: int,
        counts: list[int],
    ) -> tuple[np.ndarray, MOTRows]:
        """Paint from back to front, then count the visible pixels of each object.

        ``counts`` are the numbers of objects of each class.
        """
        size = (self.width, self.height)
        window = np.column_stack([np.eye(2), -start])
        canvas = SceneCanvas(cv2.warpAffine(background, window, size))
        for item in items:
            canvas.cast_shadow(item)
        pixels = np.array([canvas.paint(item) for item in items])
        owners = np.array([item.owner for item in items])
        order = np.argsort(owners)[np.count_nonzero(owners == NO_OBJECT) :]
        boxes = np.array([items[k].box for k in order])
        seen = canvas.count_seen(sum(counts))
        inside = np.all((boxes[:, :2] < size) & (boxes[:, 2:] > 0), axis=1)
        rows = MOTRows.of_pedestrians(
            np.full(sum(counts), frame), owners[order] + 1, xyxy_to_tlwh(boxes)
        )
        rows = replace(
            rows,
            classes=np.repeat([1, 2, 3], counts),
            visibility=seen / np.maximum(pixels[order], 1),
        )
        return canvas.image, rows[inside]
