"""Random rotation, scale, translation and shear."""

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
class JDERandomAffine(BaseTransform):
    """Random rotation, scale, translation and shear about the image centre.

    Differs from mmdet's ``RandomAffine`` in the order of the matrices, in how boxes are
    warped and filtered, and in that identities are filtered with their boxes. A warped
    box is the hull of the warped corners, shrunk by ``sqrt(max(|sin a|, |cos a|))`` for
    the rotation a, and may reach beyond the image.

    The limits are for people: an ignore region stays as long as it touches the image.

    Needs ``gt_bboxes`` and their fields (`INSTANCE_FIELDS`); changes them, ``img`` and
    sets ``homography_matrix`` (3, 3) from old to new pixels.

    Args:
        max_rotate_degree: Largest rotation in degrees, in either direction.
        scaling_ratio_range: Range of the scale.
        max_translate_ratio: Largest shift as a share of the image side, in either
            direction.
        max_shear_degree: Largest shear angle in degrees, in either direction.
        swap_translate_axes: Shift in x by a share of the height and in y by a share of
            the width, as the published code does. False uses the matching sides.
        clip_border: Clip boxes to the image before they are filtered, as published for
            MOT20.
        border_val: Grey level outside the image.
        min_bbox_size: Remove boxes whose width or height is not above this, in pixels.
        min_area_ratio: Remove boxes that do not keep more than this share of their
            area.
        max_aspect_ratio: Remove boxes whose longer side is at least this many times the
            shorter one.
    """

    max_rotate_degree: float = 5.0
    scaling_ratio_range: tuple[float, float] = (0.5, 1.2)
    max_translate_ratio: float = 0.1
    max_shear_degree: float = 2.0
    swap_translate_axes: bool = True
    clip_border: bool = False
    border_val: float = 127.5
    min_bbox_size: float = 4.0
    min_area_ratio: float = 0.1
    max_aspect_ratio: float = 10.0

    def transform(self, results: dict) -> dict:
        """Warp the image and the boxes.

        Args:
            results: The sample, with ``img`` (H, W, 3) uint8 and boxes in its pixels.

        Returns:
            The sample, warped.
        """
        height, width = results['img'].shape[:2]
        matrix, angle = self.draw_matrix(width, height)
        results['img'] = cv2.warpPerspective(
            results['img'],
            matrix,
            (width, height),
            flags=cv2.INTER_LINEAR,
            borderValue=(self.border_val,) * 3,
        )
        return self.move_boxes(results, matrix, angle, (width, height))

    def move_boxes(
        self, results: dict, matrix: np.ndarray, angle: float, size: tuple[int, int]
    ) -> dict:
        """Warp and filter the ground truth; the image does not change.

        Args:
            results: The sample, with boxes in pixels of an image of ``size``.
            matrix: (3, 3) matrix from old to new pixels.
            angle: The rotation in it, in degrees.
            size: (width, height) in pixels.

        Returns:
            The sample with the boxes that remain.
        """
        width, height = size
        results['homography_matrix'] = matrix
        before = results['gt_bboxes'].tensor.numpy()
        after = warp_boxes(before, matrix, angle)
        if self.clip_border:
            after[:, 0::2] = after[:, 0::2].clip(0, width)
            after[:, 1::2] = after[:, 1::2].clip(0, height)
        useful = self._is_useful(before, after)
        keep = touches(after, width, height) & (useful | ignore_flags(results))
        keep_instances(results, after, keep)
        return results

    def draw_matrix(self, width: int, height: int) -> tuple[np.ndarray, float]:
        """Draw a random affine map.

        Args:
            width: Width of the image in pixels.
            height: Height of the image in pixels.

        Returns:
            (3, 3) matrix from old to new pixels; its rotation in degrees.
        """

        def draw(low: float, high: float) -> float:
            return low + (high - low) * random.random()

        angle = draw(-self.max_rotate_degree, self.max_rotate_degree)
        scale = draw(*self.scaling_ratio_range)
        x_base, y_base = width, height
        if self.swap_translate_axes:
            x_base, y_base = height, width
        reach = self.max_translate_ratio
        shift = np.eye(3)
        shift[0, 2] = draw(-reach, reach) * x_base
        shift[1, 2] = draw(-reach, reach) * y_base
        shear = np.eye(3)
        limit = self.max_shear_degree
        shear[0, 1] = math.tan(math.radians(draw(-limit, limit)))
        shear[1, 0] = math.tan(math.radians(draw(-limit, limit)))
        rotation = np.eye(3)
        rotation[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale)
        return shear @ shift @ rotation, angle

    def _is_useful(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """(N,) mask of the warped boxes that pass the limits."""
        tiny = 1e-16
        w, h = box_sizes(after).T
        area_before = box_sizes(before).prod(axis=1)
        aspect = np.maximum(w / (h + tiny), h / (w + tiny))
        return (
            (w > self.min_bbox_size)
            & (h > self.min_bbox_size)
            & (w * h / (area_before + tiny) > self.min_area_ratio)
            & (aspect < self.max_aspect_ratio)
        )


def touches(bboxes: np.ndarray, width: int, height: int) -> np.ndarray:
    """Find the boxes that have a part in the image.

    Args:
        bboxes: (N, 4) xyxy in pixels.
        width: Width of the image in pixels.
        height: Height of the image in pixels.

    Returns:
        (N,) bool.
    """
    low, high = bboxes[:, :2], bboxes[:, 2:]
    return np.asarray(((low < (width, height)) & (high > 0)).all(axis=1))


def warp_boxes(bboxes: np.ndarray, matrix: np.ndarray, angle: float) -> np.ndarray:
    """Warp boxes: the hulls of their warped corners, shrunk to undo the rotation.

    Args:
        bboxes: (N, 4) xyxy in old pixels.
        matrix: (3, 3) affine matrix from old to new pixels.
        angle: Rotation in degrees that the hull is corrected for.

    Returns:
        (N, 4) float64 xyxy in new pixels.
    """
    corners = bboxes[:, [0, 1, 2, 3, 0, 3, 2, 1]].reshape(-1, 4, 2).astype(np.float64)
    corners = corners @ matrix[:2, :2].T + matrix[:2, 2]
    low, high = corners.min(axis=1), corners.max(axis=1)
    radians = math.radians(angle)
    shrink = math.sqrt(max(abs(math.sin(radians)), abs(math.cos(radians))))
    centers, half = (low + high) / 2, (high - low) / 2 * shrink
    return np.concatenate([centers - half, centers + half], axis=1)
