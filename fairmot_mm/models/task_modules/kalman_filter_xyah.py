"""The motion model of the published tracker: centre, aspect ratio and height."""

import numpy as np

from fairmot_mm.models.task_modules.block_kalman_filter import BlockKalmanFilter
from fairmot_mm.registry import TASK_UTILS

# Standard deviations of an aspect ratio, whatever the size of the box.
_ASPECT_STD = {'position': 1e-2, 'velocity': 1e-5, 'measurement': 1e-1}


@TASK_UTILS.register_module()
class KalmanFilterXYAH(BlockKalmanFilter):
    """Batched Kalman filter over (centre x, centre y, aspect ratio w/h, height).

    The noise grows with the height of the box, as in DeepSORT (Wojke et al., 2017),
    whose parameters FairMOT uses. The numbers equal those of mmdet's `KalmanFilter`,
    which moves one track a call; this filter moves all tracks in one. A track that is
    not seen keeps its height, but its aspect ratio still changes.

    Arguments, methods and errors are those of `BlockKalmanFilter`; the size of a box is
    its height.
    """

    _LENGTHS = (3,)

    def to_measurement(self, tlwh: np.ndarray) -> np.ndarray:
        """Turn boxes into what the filter observes.

        Args:
            tlwh: (M, 4) left, top, width, height in pixels, both sizes above 0.

        Returns:
            (M, 4) centre x, centre y, width / height, height.
        """
        measurement = np.empty(tlwh.shape)
        measurement[:, :2] = tlwh[:, :2] + tlwh[:, 2:] / 2
        measurement[:, 2] = tlwh[:, 2] / tlwh[:, 3]
        measurement[:, 3] = tlwh[:, 3]
        return measurement

    def to_tlwh(self, mean: np.ndarray) -> np.ndarray:
        """Read the boxes out of states.

        Args:
            mean: (N, 8) means.

        Returns:
            (N, 4) left, top, width, height in pixels.
        """
        tlwh = np.empty((len(mean), 4))
        tlwh[:, 2] = mean[:, 2] * mean[:, 3]
        tlwh[:, 3] = mean[:, 3]
        tlwh[:, :2] = mean[:, :2] - tlwh[:, 2:] / 2
        return tlwh

    def _var(self, position: np.ndarray, weight: float, kind: str) -> np.ndarray:
        std = np.repeat(weight * position[:, 3:], 4, axis=1)
        std[:, 2] = _ASPECT_STD[kind]
        return std**2

    def _size_factors(self, scale_x: float, scale_y: float) -> tuple[float, float]:
        return scale_x / scale_y, scale_y
