"""A constant-velocity Kalman filter that moves all tracks in one array operation."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from fairmot_mm.utils import pairs_in_reach
from fairmot_mm.utils.contracts import require_range
from fairmot_mm.utils.pairs import count_in_reach
from fairmot_mm.utils.tunable import Values

# 95 % quantile of the chi-square distribution with four degrees of freedom.
CHI2_95_4DOF = 9.4877
# From this many cells on it pays to ask whether a table of all distances takes less
# time than a list of the near pairs; it does where more than half of them are near.
_LARGE_TABLE = 250_000


@dataclass
class BlockKalmanFilter(ABC):
    """Batched Kalman filter over centre x, centre y and two quantities of the size.

    Letters: N tracks, M measurements. The state of a track is its `mean` (N, 8), the
    four observed quantities and then their velocities per frame, and its `cov`
    (N, 3, 4). Motion, process noise and measurement noise never mix the four
    quantities, so the 8 x 8 covariance consists of four symmetric 2 x 2 blocks and
    everything else in it stays zero: `cov[:, 0]` is the variance of the position,
    `cov[:, 1]` the covariance of position and velocity, `cov[:, 2]` the variance of the
    velocity. With blocks the filter is exact in closed form and needs no matrix
    inversion. mmdet's `KalmanFilter` gives the same numbers, but for one track a call
    and with 8 x 8 matrices, and it has no step other than one frame, no moving camera
    and no change of the frame size.

    It is a `MotionModel` of `JDETracker`; any other class with these methods can take
    its place.

    Args:
        std_weight_position: Standard deviation of a position, in sizes of the box.
        std_weight_velocity: Standard deviation of a velocity, in sizes a frame.
        gating_thr: Largest squared Mahalanobis distance of a plausible measurement.

    Raises:
        ConfigError: A value is not positive.
    """

    # Columns of a measurement that are lengths of the box, in pixels.
    _LENGTHS: ClassVar[tuple[int, ...]]

    std_weight_position: float = 1 / 20
    std_weight_velocity: float = 1 / 160
    gating_thr: float = CHI2_95_4DOF

    def __post_init__(self) -> None:
        require_range(above=0, **vars(self))

    @classmethod
    def search_space(cls, cfg: Mapping[str, Any]) -> dict[str, Values]:
        """State the values to try, see `Tunable`."""
        return {
            'std_weight_position': (0.02, 0.3),
            'std_weight_velocity': (0.002, 0.05),
            'gating_thr': (5.0, 30.0),
        }

    @abstractmethod
    def to_measurement(self, tlwh: np.ndarray) -> np.ndarray:
        """Turn boxes into what the filter observes.

        Args:
            tlwh: (M, 4) left, top, width, height in pixels, both sizes above 0.

        Returns:
            (M, 4) observed quantities, the centre first.
        """

    @abstractmethod
    def to_tlwh(self, mean: np.ndarray) -> np.ndarray:
        """Read the boxes out of states.

        Args:
            mean: (N, 8) means.

        Returns:
            (N, 4) left, top, width, height in pixels.
        """

    @abstractmethod
    def _var(self, position: np.ndarray, weight: float, kind: str) -> np.ndarray:
        """Variances of a noise.

        Args:
            position: (N, 4) observed quantities, for the size of the boxes.
            weight: Standard deviation of a length, in sizes.
            kind: 'position', 'velocity' or 'measurement'.

        Returns:
            (N, 4) variances.
        """

    @abstractmethod
    def _size_factors(self, scale_x: float, scale_y: float) -> tuple[float, float]:
        """Factors of the last two quantities where the axes of the image are scaled.

        Args:
            scale_x: Factor of the x axis.
            scale_y: Factor of the y axis.

        Returns:
            Factor of the third and of the fourth quantity.
        """

    def initiate(self, measurement: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Start states from first measurements, with a velocity of zero.

        Args:
            measurement: (N, 4) from `to_measurement`.

        Returns:
            Mean (N, 8) and covariance (N, 3, 4).
        """
        mean = np.concatenate([measurement, np.zeros_like(measurement)], axis=1)
        cov = np.zeros((len(mean), 3, 4))
        cov[:, 0] = self._var(measurement, 2 * self.std_weight_position, 'position')
        cov[:, 2] = self._var(measurement, 10 * self.std_weight_velocity, 'velocity')
        return mean, cov

    def predict(
        self,
        mean: np.ndarray,
        cov: np.ndarray,
        unseen: np.ndarray,
        step: float = 1.0,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Move states ahead, one frame unless `step` says otherwise.

        A step of n frames gives the same result as n steps of one frame if the size of
        the track is constant, noise included. Between whole numbers the same
        polynomials interpolate.

        Args:
            mean: (N, 8) means.
            cov: (N, 3, 4) covariances.
            unseen: (N,) bool, tracks that no detection supported in the last frame.
                Their size stops changing: if it were extrapolated, it would shrink to
                nothing or grow over the whole frame.
            step: Time that passes, in the frames that velocities are counted in.

        Returns:
            Predicted mean (N, 8) and covariance (N, 3, 4).
        """
        position, velocity = mean[:, :4], mean[:, 4:].copy()
        for column in self._LENGTHS:
            velocity[unseen, column] = 0
        # The noise of a step follows the size before the step.
        position_var = self._var(position, self.std_weight_position, 'position')
        velocity_var = self._var(position, self.std_weight_velocity, 'velocity')
        p, c, v = cov[:, 0], cov[:, 1], cov[:, 2]
        predicted_cov = np.empty_like(cov)
        predicted_cov[:, 0] = p + 2 * step * c + step**2 * v + step * position_var
        predicted_cov[:, 1] = c + step * v
        predicted_cov[:, 2] = v + step * velocity_var
        if step != 1:
            # Sums over k < step of k and of k^2: velocity noise of one frame moves the
            # track in all that follow.
            predicted_cov[:, 0] += step * (step - 1) * (2 * step - 1) / 6 * velocity_var
            predicted_cov[:, 1] += step * (step - 1) / 2 * velocity_var
        moved = position + step * velocity
        return np.concatenate([moved, velocity], axis=1), predicted_cov

    def warp(
        self, mean: np.ndarray, cov: np.ndarray, matrix: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Carry states over into the view of a camera that has moved.

        Positions and velocities turn and scale with the image, lengths scale, aspect
        ratios stay. The covariance of x and y that a turn or a shear causes is left
        out; it is zero where the variances of x and y are equal and the map is a
        similarity.

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
        cov[:, :, :2] = cov[:, :, :2] @ (linear**2).T
        for column in self._LENGTHS:
            mean[:, [column, 4 + column]] *= scale
            cov[:, :, column] *= scale**2
        return mean, cov

    def rescale(
        self, mean: np.ndarray, cov: np.ndarray, scale_x: float, scale_y: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Carry states over to frames of another size.

        Args:
            mean: (N, 8) means.
            cov: (N, 3, 4) covariances.
            scale_x: New width of the frame divided by the old width.
            scale_y: New height of the frame divided by the old height.

        Returns:
            Mean (N, 8) and covariance (N, 3, 4) in pixels of the new frames.
        """
        factors = np.array([scale_x, scale_y, *self._size_factors(scale_x, scale_y)])
        return mean * np.tile(factors, 2), cov * factors**2

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
        p, c = cov[:, 0], cov[:, 1]
        gain = cov[:, :2] / self.innovation_var(mean, cov)[:, None]
        innovation = (measurement - mean[:, :4])[:, None]
        corrected_cov = cov.copy()
        corrected_cov[:, :2] -= gain[:, :1] * cov[:, :2]
        corrected_cov[:, 2] -= gain[:, 1] * c
        return mean + (gain * innovation).reshape(len(p), 8), corrected_cov

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
        variance = self.innovation_var(mean, cov)
        distance = np.zeros((len(mean), len(measurement)))
        for k in range(4):
            offset = mean[:, k, None] - measurement[None, :, k]
            offset *= offset
            offset /= variance[:, k, None]
            distance += offset
        return distance

    def gated_pairs(
        self, mean: np.ndarray, cov: np.ndarray, measurement: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Find the pairs of a state and a measurement that are plausible.

        Args:
            mean: (N, 8) predicted means.
            cov: (N, 3, 4) predicted covariances.
            measurement: (M, 4) from `to_measurement`.

        Returns:
            For P pairs the states (P,), ascending, the measurements (P,), and the
            squared Mahalanobis distances (P,), none above `gating_thr`.
        """
        variance = self.innovation_var(mean, cov)
        reach = np.sqrt(self.gating_thr * variance[:, 0])
        ahead = (mean[:, 0], reach, measurement[:, 0])
        size = len(mean) * len(measurement)
        if size > _LARGE_TABLE and count_in_reach(*ahead) > size / 2:
            distance = self.gating_distance(mean, cov, measurement)
            rows, cols = np.nonzero(distance <= self.gating_thr)
            return rows, cols, distance[rows, cols]
        rows, cols = pairs_in_reach(*ahead)
        distance = np.zeros(len(rows))
        for columns in ([0, 1], [2, 3]):  # the centre leaves few pairs for the rest
            for k in columns:
                offset = mean[rows, k] - measurement[cols, k]
                distance += offset * offset / variance[rows, k]
            near = distance <= self.gating_thr
            rows, cols, distance = rows[near], cols[near], distance[near]
        return rows, cols, distance

    def innovation_var(self, mean: np.ndarray, cov: np.ndarray) -> np.ndarray:
        """Variances of a measurement about predicted states.

        Args:
            mean: (N, 8) predicted means.
            cov: (N, 3, 4) predicted covariances.

        Returns:
            (N, 4), the state's own uncertainty plus the noise of a measurement.
        """
        noise = self._var(mean[:, :4], self.std_weight_position, 'measurement')
        return cov[:, 0] + noise
