"""A motion model whose width and height change independently."""

import numpy as np

from fairmot_mm.models.task_modules.block_kalman_filter import (
    CHI2_95_4DOF,
    BlockKalmanFilter,
)
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils.boxes import cxcywh_to_tlwh, tlwh_to_cxcywh


@TASK_UTILS.register_module()
class KalmanFilterXYWH(BlockKalmanFilter):
    """Batched Kalman filter over (centre x, centre y, width, height).

    Noise across grows with the width of the box, noise along its height, as in BoT-SORT
    (Aharon et al., 2022, section 3.1). Boxes fit objects better that turn or are cut
    off by the edge of the frame. Width and height of an unseen track stop changing.

    Deviations are twice those of BoT-SORT, which has no gate: a person is narrow, and
    with its numbers a gate that follows the width shuts out who walks across.

    Methods and errors are those of `BlockKalmanFilter`; the size of a box is its width
    for x and width, and its height for y and height.

    Args:
        std_weight_position: Standard deviation of a position, in sizes of the box.
        std_weight_velocity: Standard deviation of a velocity, in sizes a frame.
        gating_thr: Largest squared Mahalanobis distance of a plausible measurement.
    """

    _LENGTHS = (2, 3)

    def __init__(
        self,
        std_weight_position: float = 1 / 10,
        std_weight_velocity: float = 1 / 80,
        gating_thr: float = CHI2_95_4DOF,
    ) -> None:
        super().__init__(std_weight_position, std_weight_velocity, gating_thr)

    def to_measurement(self, tlwh: np.ndarray) -> np.ndarray:
        """(M, 4) centre x, centre y, width, height of boxes (M, 4)."""
        return tlwh_to_cxcywh(tlwh)

    def to_tlwh(self, mean: np.ndarray) -> np.ndarray:
        """(N, 4) left, top, width, height of states (N, 8)."""
        return cxcywh_to_tlwh(mean[:, :4])

    def _std(self, position: np.ndarray, weight: float, kind: str) -> np.ndarray:
        return weight * np.tile(position[:, 2:], 2)

    def _size_factors(self, scale_x: float, scale_y: float) -> tuple[float, float]:
        return scale_x, scale_y
