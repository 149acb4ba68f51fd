"""Pasting people who were cut out of other images."""

import math
import random
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from fairmot_mm.datasets.transforms.instance_fields import (
    add_people,
    ignore_flags,
    keep_instances,
)
from fairmot_mm.registry import TRANSFORMS
from fairmot_mm.utils.errors import DataError
from fairmot_mm.utils.file_listing import list_files

# Largest share of a box that pasted people may cover. A person fills about half of the
# box, so a person in a box that is covered more is hidden completely.
MAX_COVERED = 0.75


@TRANSFORMS.register_module()
@dataclass(eq=False)
class PastePeople(BaseTransform):
    """Paste a group of cut-out people side by side, so that people hide each other.

    The people of a group stand on about the same ground: the positions of their feet
    and their heights differ a little, and people with lower feet stand in front. People
    who are almost completely hidden lose their label. Pasted people have no identity
    (-1), so they train only the detector.

    Ignore regions stay.

    Needs ``gt_bboxes`` and their fields (`INSTANCE_FIELDS`); changes them and
    ``img``. This transform must come after the image has its final size.

    Args:
        cutouts: Folder of PNG files with transparency, as
            ``tools/dataset_converters/cut_out_people.py`` writes them.
        prob: Probability that a group is pasted.
        max_people: Largest number of people in a group.
        height_range: Range of the height of the group, in image heights.
        max_enlargement: Largest factor by which cut-outs are enlarged.
        gain_range: Range of the factor on the brightness of each person.
        label: Class of the pasted people. None gives them no label, so that they are
            background: for cut-outs of mannequins, statues or posters.

    Raises:
        DataError: The folder has no PNG file, or one has no transparency.
    """

    cutouts: str
    prob: float = 0.5
    max_people: int = 6
    height_range: tuple[float, float] = (0.2, 0.9)
    max_enlargement: float = 1.7
    gain_range: tuple[float, float] = (0.7, 1.3)
    label: int | None = 0

    def __post_init__(self) -> None:
        # Seeds choose by place: the order of characters is that of earlier trainings.
        self.paths = sorted(list_files(self.cutouts, '.png'))
        if not self.paths:
            raise DataError(
                f'{self.cutouts} has no PNG file: cut people out of images with '
                'tools/dataset_converters/cut_out_people.py'
            )
        self._cache: dict[Path, np.ndarray] = {}

    def transform(self, results: dict) -> dict:
        """Paste a group, or leave the sample unchanged.

        Args:
            results: The sample, with ``img`` (H, W, 3) uint8 and its ground truth.

        Returns:
            The sample.
        """
        if random.random() >= self.prob:
            return results
        image = results['img'] = results['img'].copy()
        owner = np.full(image.shape[:2], -1, np.int16)
        boxes: list[tuple[int, int, int, int]] = []
        areas: list[int] = []
        for cutout, (x, y) in self.draw_group(image.shape[1], image.shape[0]):
            area = _paste(image, owner, cutout, x, y, len(boxes))
            areas.append(area)
            boxes.append((x, y, x + cutout.shape[1], y + cutout.shape[0]))
        left = np.bincount(owner[owner >= 0], minlength=len(boxes))
        # Relative to the whole cut-out: a person needs more than a quarter in view.
        stays = left > 0.25 * np.array(areas)
        old = results['gt_bboxes'].tensor.numpy()
        is_seen = _covered(old, owner >= 0) <= MAX_COVERED
        keep_instances(results, old, is_seen | ignore_flags(results))
        if self.label is not None:
            add_people(results, np.array(boxes, np.float32)[stays], self.label)
        return results

    def draw_group(
        self, width: int, height: int
    ) -> list[tuple[np.ndarray, tuple[int, int]]]:
        """Draw the people of a group and their positions.

        Args:
            width: Width of the image in pixels.
            height: Height of the image in pixels.

        Returns:
            For each person, those at the back first: a picture (h, w, 4) BGRA and the
            (x, y) of its left upper corner in pixels of the image.
        """
        low, high = map(math.log, self.height_range)
        common = math.exp(random.uniform(low, high)) * height
        feet = random.uniform(max(common, 0.5 * height), 1.05 * height)
        x = random.uniform(-0.1, 0.9) * width
        people = []
        for _ in range(random.randint(1, self.max_people)):
            size = common * random.uniform(0.85, 1.15)
            person = self._draw_person(size)
            # Larger people stand nearer to the camera.
            foot = feet + 0.5 * (person.shape[0] - common)
            people.append((person, (round(x), round(foot) - person.shape[0])))
            x += random.uniform(0.1, 0.7) * common
            if x > width:
                x = random.uniform(-0.1, 0.5) * width
        return sorted(people, key=lambda item: item[1][1] + item[0].shape[0])

    def _draw_person(self, height: float) -> np.ndarray:
        person = self._read(random.choice(self.paths))
        scale = min(height / person.shape[0], self.max_enlargement)
        person = cv2.resize(
            person,
            None,
            fx=scale,
            fy=scale,
            interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR,
        )
        if random.random() < 0.5:
            person = person[:, ::-1].copy()
        gain = random.uniform(*self.gain_range)
        person[..., :3] = cv2.convertScaleAbs(person[..., :3], alpha=gain)
        return person

    def _read(self, path: Path) -> np.ndarray:
        if path not in self._cache:
            image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
            if image is None or image.ndim != 3 or image.shape[2] != 4:
                raise DataError(f'{path} is not a PNG file with transparency')
            self._cache[path] = image
        return self._cache[path]


def _paste(
    image: np.ndarray,
    owner: np.ndarray,
    cutout: np.ndarray,
    x: int,
    y: int,
    number: int,
) -> int:
    """Blend a cut-out into the image and write ``number`` into ``owner`` there.

    Returns:
        Number of opaque pixels of the whole cut-out.
    """
    height, width = image.shape[:2]
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + cutout.shape[1], width), min(y + cutout.shape[0], height)
    whole = int((cutout[..., 3] > 127).sum())
    if left >= right or top >= bottom:
        return whole
    part = cutout[top - y : bottom - y, left - x : right - x]
    alpha = part[..., 3:].astype(np.float32) / 255
    window = image[top:bottom, left:right]
    window[:] = (part[..., :3] * alpha + window * (1 - alpha)).astype(np.uint8)
    owner[top:bottom, left:right][part[..., 3] > 127] = number
    return whole


def _covered(boxes: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(N,) share of each box (N, 4), clipped to the image, that the mask covers."""
    if not len(boxes):
        return np.zeros(0)
    height, width = mask.shape
    sums = cv2.integral(mask.astype(np.uint8))
    x1, x2 = boxes[:, [0, 2]].round().astype(int).clip(0, width).T
    y1, y2 = boxes[:, [1, 3]].round().astype(int).clip(0, height).T
    inside = sums[y2, x2] - sums[y1, x2] - sums[y2, x1] + sums[y1, x1]
    return inside / ((x2 - x1) * (y2 - y1)).clip(1)
