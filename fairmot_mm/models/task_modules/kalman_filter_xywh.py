"""A motion model whose width and height change independently."""

from dataclasses import dataclass

import numpy as np

from fairmot_mm.models.task_modules.block_kalman_filter import BlockKalmanFilter
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils.boxes import cxcywh_to_tlwh, tlwh_to_cxcywh


@TASK_UTILS.register_module()
@dataclass
class KalmanFilterXYWH(BlockKalmanFilter):
    """Batched Kalman filter over (centre x, centre y, width, height).

    The noise of x and width grows with the width of the box, that of y and height with
    its height, as in BoT-SORT (Aharon et al., 2022, section 3.1). The boxes fit better
    where objects turn or are cut off by the edge of the frame. Width and height of a
    track that is not seen stop changing. mmdet has no filter over width and height.

    Deviations are twice those of BoT-SORT, which has no gate: a person is narrow, so
    with its numbers a gate that follows the width leaves out people that walk across
    the image.

    Methods are those of `BlockKalmanFilter`; the size of a box is its width for x and
    width, and its height for y and height.

    Args:
        std_weight_position: Standard deviation of a position, in sizes of the box.
        std_weight_velocity: Standard deviation of a velocity, in sizes a frame.
        gating_thr: Largest squared Mahalanobis distance of a plausible measurement.

    Raises:
        ConfigError: A value is not positive.
    """

    std_weight_position: float = 1 / 10
    std_weight_velocity: float = 1 / 80

    _LENGTHS = (2, 3)

    def to_measurement(self, tlwh: np.ndarray) -> np.ndarray:
        """Turn boxes into what the filter observes.

        Args:
            tlwh: (M, 4) left, top, width, height in pixels, both sizes above 0.

        Returns:
            (M, 4) centre x, centre y, width, height, in pixels.
        """
        return tlwh_to_cxcywh(tlwh)

    def to_tlwh(self, mean: np.ndarray) -> np.ndarray:
        """Read the boxes out of states.

        Args:
            mean: (N, 8) means.

        Returns:
            (N, 4) left, top, width, height in pixels.
        """
        return cxcywh_to_tlwh(mean[:, :4])

    def _std(self, position: np.ndarray, weight: float, kind: str) -> np.ndarray:
        return weight * np.tile(position[:, 2:], 2)

    def _size_factors(self, scale_x: float, scale_y: float) -> tuple[float, float]:
        return scale_x, scale_y
