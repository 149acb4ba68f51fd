"""Camera motion from the flow of corners in the background."""

from dataclasses import dataclass

import cv2
import numpy as np

from fairmot_mm.models.task_modules.camera_motion import (
    CameraMotion,
    GreyFrame,
    RegistrationError,
)
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils.contracts import require_range


@TASK_UTILS.register_module()
@dataclass
class SparseFlowMotion(CameraMotion):
    """Follow corners from frame to frame and fit a similarity to most of them.

    Corners (Shi and Tomasi, 1994) outside all detections are followed by pyramidal
    optical flow (Lucas and Kanade, 1981), forward and backward. RANSAC finds the shift,
    turn and zoom that most corners agree on, so that cars and people that were not
    detected do not count. The method finds large motion, but needs texture. BoT-SORT
    (Aharon et al., 2022) compensates like this; mmdet has nothing like it.

    Args:
        downscale: See `CameraMotion`.
        max_points: Largest number of corners to follow.
        min_distance: Smallest distance of two corners, in pixels of the small picture.
        ransac_thr: Distance from the common motion up to which a corner agrees with it,
            in pixels of the small picture.
        min_inliers: Number of corners that must agree.
        min_inlier_ratio: Share of all corners that must agree, in [0, 1].

    Raises:
        ConfigError: A value is out of its range.
    """

    max_points: int = 400
    min_distance: float = 8
    ransac_thr: float = 3.0
    min_inliers: int = 10
    min_inlier_ratio: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        # A similarity has four degrees of freedom: two points fit exactly.
        require_range(above=2, high=self.max_points, min_inliers=self.min_inliers)
        require_range(low=0, min_distance=self.min_distance)
        require_range(above=0, ransac_thr=self.ransac_thr)
        require_range(low=0, high=1, min_inlier_ratio=self.min_inlier_ratio)

    def _register(self, last: GreyFrame, now: GreyFrame) -> np.ndarray:
        start = cv2.goodFeaturesToTrack(
            last.image, self.max_points, 0.01, self.min_distance, mask=last.background
        )
        if start is None or len(start) < self.min_inliers:
            count = 0 if start is None else len(start)
            raise RegistrationError(f'the background has {count} corners')
        end = self._follow(last.image, now.image, start)
        # Drop points whose backward track does not return to the start.
        back = self._follow(now.image, last.image, end)
        found = np.abs(back - start).max(axis=(1, 2)) < self.ransac_thr / 2
        matrix, agrees = None, np.zeros(0)
        if np.count_nonzero(found) >= self.min_inliers:
            matrix, agrees = cv2.estimateAffinePartial2D(
                start[found], end[found], ransacReprojThreshold=self.ransac_thr
            )
        needed = max(self.min_inliers, self.min_inlier_ratio * len(start))
        if matrix is None or np.count_nonzero(agrees) < needed:
            raise RegistrationError(
                f'of {len(start)} corners {np.count_nonzero(found)} were found again, '
                f'{np.count_nonzero(agrees)} with a common motion'
            )
        return matrix

    @staticmethod
    def _follow(image: np.ndarray, to: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Where points (N, 1, 2) of an image are in another; far away where lost."""
        end, status, _ = cv2.calcOpticalFlowPyrLK(
            image, to, points, np.zeros_like(points)
        )
        return np.where(status[:, :, None] == 1, end, np.float32(-1e6))
