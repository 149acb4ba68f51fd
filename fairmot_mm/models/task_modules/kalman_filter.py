"""A constant-velocity Kalman filter that moves all tracks in one array operation."""

import numpy as np

from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import ConfigError

# 95 % quantile of the chi-square distribution with four degrees of freedom.
CHI2_95_4DOF = 9.4877

_ASPECT_STD = 1e-2
_ASPECT_VELOCITY_STD = 1e-5
_ASPECT_MEASUREMENT_STD = 1e-1


@TASK_UTILS.register_module()
class KalmanFilterXYAH:
    """Batched Kalman filter over (centre x, centre y, aspect ratio w/h, height).

    Letters: N tracks, M measurements. The state of a track is its `mean` (N, 8), the
    four observed quantities in pixels of the frame and then their velocities per
    frame, and its `cov` (N, 3, 4). Motion, process noise and measurement noise never
    mix the four quantities, so the 8 x 8 covariance consists of four symmetric 2 x 2
    blocks and everything else in it stays zero: `cov[:, 0]` is the variance of the
    position, `cov[:, 1]` the covariance of position and velocity, `cov[:, 2]` the
    variance of the velocity. With blocks the filter is exact in closed form and needs
    no matrix inversion.

    All of the noise grows with the height of the box, as in DeepSORT (Wojke et al.,
    2017), whose parameters FairMOT uses; numbers equal mmdet's `KalmanFilter`.

    Any class with these methods and `gating_thr` can take its place as the `motion`
    of a tracker; the tracker never looks into a state.

    Args:
        std_weight_position: Standard deviation of a position, in box heights.
        std_weight_velocity: Standard deviation of a velocity, in box heights a frame.
        gating_thr: Largest squared Mahalanobis distance of a plausible measurement.

    Raises:
        ConfigError: A value is not positive.
    """

    def __init__(
        self,
        std_weight_position: float = 1 / 20,
        std_weight_velocity: float = 1 / 160,
        gating_thr: float = CHI2_95_4DOF,
    ) -> None:
        for name, value in (
            ('std_weight_position', std_weight_position),
            ('std_weight_velocity', std_weight_velocity),
            ('gating_thr', gating_thr),
        ):
            if not value > 0:
                raise ConfigError(f'{name}={value} of the motion must be above 0')
        self.std_weight_position = std_weight_position
        self.std_weight_velocity = std_weight_velocity
        self.gating_thr = gating_thr

    def to_measurement(self, tlwh: np.ndarray) -> np.ndarray:
        """Turn boxes into what the filter observes.

        Args:
            tlwh: (M, 4) left, top, width, height in pixels; the height is above 0.

        Returns:
            (M, 4) centre x, centre y, aspect ratio, height.
        """
        size = tlwh[:, 2:]
        aspect = size[:, :1] / size[:, 1:]
        return np.concatenate([tlwh[:, :2] + size / 2, aspect, size[:, 1:]], axis=1)

    def to_tlwh(self, mean: np.ndarray) -> np.ndarray:
        """Read the boxes out of states.

        Args:
            mean: (N, 8) means.

        Returns:
            (N, 4) left, top, width, height in pixels.
        """
        size = np.stack([mean[:, 2] * mean[:, 3], mean[:, 3]], axis=1)
        return np.concatenate([mean[:, :2] - size / 2, size], axis=1)

    def initiate(self, measurement: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Start states from first measurements, at rest.

        Args:
            measurement: (N, 4) from `to_measurement`.

        Returns:
            Mean (N, 8) and covariance (N, 3, 4).
        """
        height = measurement[:, 3]
        position_std = self._std(2 * self.std_weight_position * height, _ASPECT_STD)
        velocity_std = self._std(
            10 * self.std_weight_velocity * height, _ASPECT_VELOCITY_STD
        )
        mean = np.concatenate([measurement, np.zeros_like(measurement)], axis=1)
        cov = np.zeros((len(mean), 3, 4))
        cov[:, 0] = position_std**2
        cov[:, 2] = velocity_std**2
        return mean, cov

    def predict(
        self,
        mean: np.ndarray,
        cov: np.ndarray,
        unseen: np.ndarray,
        step: float = 1.0,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Move states ahead, one frame unless `step` says otherwise.

        A step of n frames is what n steps of one frame of a track of constant height
        come to, noise included; between whole numbers it is interpolated by the same
        polynomials.

        Args:
            mean: (N, 8) means.
            cov: (N, 3, 4) covariances.
            unseen: (N,) bool, tracks that no detection supported in the last frame.
                Their height stops changing: extrapolated, it would shrink to nothing
                or grow over the whole frame.
            step: Time that passes, in the frames that velocities are counted in.

        Returns:
            Predicted mean (N, 8) and covariance (N, 3, 4).
        """
        position, velocity = mean[:, :4], mean[:, 4:].copy()
        velocity[unseen, 3] = 0
        # The noise of a step follows the height before the step.
        height = position[:, 3]
        position_var = self._std(self.std_weight_position * height, _ASPECT_STD) ** 2
        velocity_var = (
            self._std(self.std_weight_velocity * height, _ASPECT_VELOCITY_STD) ** 2
        )
        # Sums over k < step of k and of k^2: velocity noise of one frame moves the
        # track in all that follow.
        ramp, square = step * (step - 1) / 2, step * (step - 1) * (2 * step - 1) / 6
        p, c, v = cov[:, 0], cov[:, 1], cov[:, 2]
        predicted_cov = np.stack([p + 2 * step * c, c, v], axis=1)
        predicted_cov[:, 0] += step**2 * v
        predicted_cov[:, 0] += step * position_var
        predicted_cov[:, 0] += square * velocity_var
        predicted_cov[:, 1] += step * v + ramp * velocity_var
        predicted_cov[:, 2] += step * velocity_var
        moved = position + step * velocity
        return np.concatenate([moved, velocity], axis=1), predicted_cov

    def warp(
        self, mean: np.ndarray, cov: np.ndarray, matrix: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Carry states over into the view of a camera that has moved.

        Positions and velocities turn and scale with the image, heights scale, aspect
        ratios stay. Exact for a similarity, which turns x and y, whose variances are
        equal, into one another; of a shear, what it makes x and y share is left out.

        Args:
            mean: (N, 8) means.
            cov: (N, 3, 4) covariances.
            matrix: (2, 3) affine map from pixels of the last frame to pixels of this
                one; its linear part keeps the orientation.

        Returns:
            Warped mean (N, 8) and covariance (N, 3, 4).
        """
        linear, shift = matrix[:, :2], matrix[:, 2]
        scale = np.sqrt(np.linalg.det(linear))
        mean, cov = mean.copy(), cov.copy()
        mean[:, :2] = mean[:, :2] @ linear.T + shift
        mean[:, 4:6] = mean[:, 4:6] @ linear.T
        mean[:, [3, 7]] *= scale
        cov[:, :, :2] = cov[:, :, :2] @ (linear**2).T
        cov[:, :, 3] *= scale**2
        return mean, cov

    def update(
        self, mean: np.ndarray, cov: np.ndarray, measurement: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Correct predicted states, row i with measurement i.

        Args:
            mean: (N, 8) means.
            cov: (N, 3, 4) covariances.
            measurement: (N, 4) from `to_measurement`.

        Returns:
            Corrected mean (N, 8) and covariance (N, 3, 4).
        """
        p, c, v = cov[:, 0], cov[:, 1], cov[:, 2]
        variance = p + self._measurement_var(mean)
        position_gain, velocity_gain = p / variance, c / variance
        innovation = measurement - mean[:, :4]
        correction = [position_gain * innovation, velocity_gain * innovation]
        corrected_cov = np.stack(
            [p - position_gain * p, c - position_gain * c, v - velocity_gain * c],
            axis=1,
        )
        return mean + np.concatenate(correction, axis=1), corrected_cov

    def gating_distance(
        self, mean: np.ndarray, cov: np.ndarray, measurement: np.ndarray
    ) -> np.ndarray:
        """Squared Mahalanobis distance between each state and each measurement.

        Args:
            mean: (N, 8) predicted means.
            cov: (N, 3, 4) predicted covariances.
            measurement: (M, 4) from `to_measurement`.

        Returns:
            (N, M), to be compared with `gating_thr`.
        """
        weight = 1 / (cov[:, 0] + self._measurement_var(mean))  # (N, 4)
        distance = np.zeros((len(mean), len(measurement)))
        offset = np.empty_like(distance)
        for k in range(4):
            np.subtract.outer(mean[:, k], measurement[:, k], out=offset)
            offset *= offset
            offset *= weight[:, k, None]
            distance += offset
        return distance

    def _measurement_var(self, mean: np.ndarray) -> np.ndarray:
        """Variance (N, 4) of the measurement noise for boxes of these heights."""
        std = self._std(self.std_weight_position * mean[:, 3], _ASPECT_MEASUREMENT_STD)
        return std**2

    @staticmethod
    def _std(length_std: np.ndarray, aspect_std: float) -> np.ndarray:
        """(N, 4) deviations: ``length_std`` (N,) for x, y and height."""
        std = np.repeat(length_std[:, None], 4, axis=1)
        std[:, 2] = aspect_std
        return std
