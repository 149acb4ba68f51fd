"""Camera motion by the correlation of whole frames."""

from dataclasses import dataclass

import cv2
import numpy as np

from fairmot_mm.models.task_modules.camera_motion import (
    CameraMotion,
    GreyFrame,
    RegistrationError,
)
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.contracts import require_range

MOTION_TYPES = {
    'translation': cv2.MOTION_TRANSLATION,
    'euclidean': cv2.MOTION_EUCLIDEAN,
    'affine': cv2.MOTION_AFFINE,
}


@TASK_UTILS.register_module()
@dataclass
class ECCMotion(CameraMotion):
    """Maximise the enhanced correlation coefficient of two frames.

    Every pixel outside the detections counts (Evangelidis and Psarakis, 2008), so it
    works with soft texture where there are few corners. The search begins at "no
    motion" and does not find a jump of more than some pixels of the small picture.
    StrongSORT (Du et al., 2022) compensates like this.

    In contrast to mmdet's `CameraMotionCompensation`, which uses the same function of
    OpenCV, detections are masked out, pictures are small, and frames that do not match
    give no motion instead of an error.

    Args:
        downscale: See `CameraMotion`.
        motion_type: 'translation', 'euclidean' (shift and turn) or 'affine' (also zoom,
            which a camera that moves ahead needs).
        max_iters: Largest number of iterations.
        eps: Gain of correlation below which the search stops.
        blur: Side of the Gaussian that smooths both pictures, in pixels, odd.
        min_correlation: Correlation in [-1, 1] that must be reached.

    Raises:
        ConfigError: A value is out of its range.
    """

    downscale: int = 4
    motion_type: str = 'affine'
    max_iters: int = 50
    eps: float = 1e-4
    blur: int = 5
    min_correlation: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.motion_type not in MOTION_TYPES:
            raise ConfigError(
                f'motion_type={self.motion_type!r}: choose one of '
                f'{", ".join(MOTION_TYPES)}'
            )
        require_range(low=1, max_iters=self.max_iters, blur=self.blur)
        if self.blur % 2 == 0:
            raise ConfigError(f'blur={self.blur} must be odd')
        require_range(above=0, eps=self.eps)
        require_range(low=-1, high=1, min_correlation=self.min_correlation)

    def _register(self, last: GreyFrame, now: GreyFrame) -> np.ndarray:
        stop = (
            cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT,
            self.max_iters,
            self.eps,
        )
        try:
            correlation, matrix = cv2.findTransformECC(
                last.image,
                now.image,
                np.eye(2, 3, dtype=np.float32),
                MOTION_TYPES[self.motion_type],
                stop,
                now.background,
                self.blur,
            )
        except cv2.error as error:
            if error.code != cv2.Error.StsNoConv:
                raise
            raise RegistrationError('the two frames do not correlate') from error
        if not correlation >= self.min_correlation:
            raise RegistrationError(
                f'the two frames correlate by {correlation:.2f}, less than '
                f'min_correlation={self.min_correlation}'
            )
        return matrix.astype(np.float64)
