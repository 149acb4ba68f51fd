"""Cutting a window in which a person has a drawn height."""

import math
import random
from dataclasses import dataclass

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from fairmot_mm.datasets.transforms.instance_fields import (
    ignore_flags,
    keep_instances,
)
from fairmot_mm.registry import TRANSFORMS
from fairmot_mm.utils.boxes import box_sizes


@TRANSFORMS.register_module()
@dataclass(eq=False)
class RandomWindow(BaseTransform):
    """Scale the image so that one of its people gets a drawn height, and cut a window.

    The logarithm of the height is drawn evenly, whatever heights people have in the
    data. Pixels are resampled once, from the full image, so large people are sharp.
    Used instead of letterbox and affine. An ignore region stays as long as a part of it
    lies in the window.

    Needs ``gt_bboxes`` and their fields (`INSTANCE_FIELDS`); changes them, ``img`` and
    ``img_shape``.

    Args:
        scale: (width, height) of the window in pixels.
        height_range: Range of the chosen person's height, in window heights.
        max_enlargement: Largest factor by which images are enlarged.
        whole_prob: Probability that the whole image is fitted into the window instead.
        max_stretch: Largest relative change of the width without the height.
        min_visible: Remove boxes with less than this share of their area in the window.
        min_bbox_size: Remove boxes whose width or height is not above this, in pixels.
        pad_val: Grey level outside the image, 0 to 255.
        background_scale: In an image without people, range of the scale of a window at
            a random place, so that all its parts are seen as background. None fits the
            whole image into the window.
    """

    scale: tuple[int, int]
    height_range: tuple[float, float] = (0.15, 0.95)
    max_enlargement: float = 2.0
    whole_prob: float = 0.15
    max_stretch: float = 0.12
    min_visible: float = 0.35
    min_bbox_size: float = 4.0
    pad_val: int = 127
    background_scale: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        width, height = self.scale
        self.scale = width, height  # a config may give a list

    def transform(self, results: dict) -> dict:
        """Cut a window.

        Args:
            results: The sample, with ``img`` (h, w, 3) uint8 and boxes in its pixels.

        Returns:
            The sample with the window and the boxes in it.
        """
        image = results['img']
        boxes = results['gt_bboxes'].tensor.numpy()
        ignored = ignore_flags(results)
        people = boxes[~ignored]
        (sx, sy), shift = self.draw(people, image.shape[1], image.shape[0])
        results['img'] = self.render(image, (sx, sy), shift)
        results['img_shape'] = results['img'].shape[:2]
        after = boxes * (sx, sy, sx, sy) + (*shift, *shift)
        size = box_sizes(after)
        inside = after[:, 2:].clip(0, self.scale) - after[:, :2].clip(0, self.scale)
        visible = inside.prod(axis=1) / size.prod(axis=1).clip(1e-6)
        keep = (visible >= self.min_visible) & (size > self.min_bbox_size).all(axis=1)
        keep_instances(results, after, np.where(ignored, visible > 0, keep))
        return results

    def draw(
        self, boxes: np.ndarray, width: int, height: int
    ) -> tuple[tuple[float, float], tuple[int, int]]:
        """Draw scale and shift.

        Args:
            boxes: (N, 4) xyxy of the people in pixels of the image.
            width: Width of the image in pixels.
            height: Height of the image in pixels.

        Returns:
            Scale factors in x and y; shift in x and y after scaling, in whole pixels.
        """
        sizes = np.array(self.scale, float)
        fit = min(sizes[0] / width, sizes[1] / height)
        scale, center = fit, np.array([width, height]) / 2
        if not len(boxes) and self.background_scale is not None:
            low, high = map(math.log, self.background_scale)
            scale = max(math.exp(random.uniform(low, high)), fit)
            center = center * (2 * random.random(), 2 * random.random())
        elif len(boxes) and random.random() >= self.whole_prob:
            box = boxes[random.randrange(len(boxes))]
            low, high = map(math.log, self.height_range)
            wanted = math.exp(random.uniform(low, high)) * sizes[1]
            scale = wanted / max(box[3] - box[1], 1.0)
            scale = max(min(scale, self.max_enlargement), fit)
            center = (box[:2] + box[2:]) / 2
        stretch = 1 + random.uniform(-self.max_stretch, self.max_stretch)
        factors = scale * stretch, scale
        shift = []
        for axis, length in enumerate((width, height)):
            place = random.uniform(0.2, 0.8) if axis == 0 else random.uniform(0.4, 0.6)
            move = sizes[axis] * place - factors[axis] * center[axis]
            # Keep the window inside an image that is larger than the window.
            room = sizes[axis] - factors[axis] * length
            shift.append(round(min(max(move, min(room, 0)), max(room, 0))))
        return factors, (shift[0], shift[1])

    def render(
        self, image: np.ndarray, factors: tuple[float, float], shift: tuple[int, int]
    ) -> np.ndarray:
        """Scale and shift an image, and cut the window.

        Args:
            image: (h, w, 3) uint8.
            factors: Scale factors in x and y.
            shift: Shift in x and y after scaling, in pixels.

        Returns:
            The window, (H, W, 3) uint8.
        """
        shrinks = factors[1] < 1
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        scaled = cv2.resize(
            image, None, fx=factors[0], fy=factors[1], interpolation=method
        )
        width, height = self.scale
        window = np.full((height, width, 3), self.pad_val, np.uint8)
        (x, y), (h, w) = shift, scaled.shape[:2]
        left, top = max(x, 0), max(y, 0)
        right, bottom = min(x + w, width), min(y + h, height)
        window[top:bottom, left:right] = scaled[
            top - y : bottom - y, left - x : right - x
        ]
        return window
