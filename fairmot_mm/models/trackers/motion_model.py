"""The contract of a motion model."""

from typing import Protocol, runtime_checkable

import numpy as np


@runtime_checkable
class MotionModel(Protocol):
    """Predicts where tracks are in the next frame, all tracks in one call.

    Letters: N tracks, M measurements. The state of a track is a row of `mean` (N, ...)
    and of `cov` (N, ...), float64. The tracker stores these rows and does not interpret
    them. Boxes are in pixels of the frame. No method changes its arguments.
    `BlockKalmanFilter` is an implementation.
    """

    @property
    def gating_thr(self) -> float:
        """Largest squared Mahalanobis distance of a plausible measurement."""

    def to_measurement(self, tlwh: np.ndarray) -> np.ndarray:
        """Turn boxes into what the model observes.

        Args:
            tlwh: (M, 4) left, top, width, height in pixels, width and height above 0.

        Returns:
            (M, ...) measurements.
        """

    def to_tlwh(self, mean: np.ndarray) -> np.ndarray:
        """Read the boxes out of states.

        Args:
            mean: (N, ...) means.

        Returns:
            (N, 4) left, top, width, height in pixels.
        """

    def initiate(self, measurement: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Start states from first measurements.

        Args:
            measurement: (N, ...) from `to_measurement`.

        Returns:
            Mean (N, ...) and covariance (N, ...).
        """

    def predict(
        self, mean: np.ndarray, cov: np.ndarray, unseen: np.ndarray, step: float = 1.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """Move states ahead in time.

        Args:
            mean: (N, ...) means.
            cov: (N, ...) covariances.
            unseen: (N,) bool, tracks that no detection supported in the last frame.
            step: Time that passes, in the frames that velocities are counted in.

        Returns:
            Predicted mean (N, ...) and covariance (N, ...).
        """

    def update(
        self, mean: np.ndarray, cov: np.ndarray, measurement: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Correct predicted states, row i with measurement i.

        Args:
            mean: (N, ...) predicted means.
            cov: (N, ...) predicted covariances.
            measurement: (N, ...) from `to_measurement`.

        Returns:
            Corrected mean (N, ...) and covariance (N, ...).
        """

    def gating_distance(
        self, mean: np.ndarray, cov: np.ndarray, measurement: np.ndarray
    ) -> np.ndarray:
        """Squared Mahalanobis distance between each state and each measurement.

        Args:
            mean: (N, ...) predicted means.
            cov: (N, ...) predicted covariances.
            measurement: (M, ...) from `to_measurement`.

        Returns:
            (N, M) distances, to be compared with `gating_thr`.
        """

    def gated_pairs(
        self, mean: np.ndarray, cov: np.ndarray, measurement: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Find the pairs of a state and a measurement that are plausible.

        Args:
            mean: (N, ...) predicted means.
            cov: (N, ...) predicted covariances.
            measurement: (M, ...) from `to_measurement`.

        Returns:
            For P pairs the states (P,), ascending, the measurements (P,), and the
            squared Mahalanobis distances (P,), none above `gating_thr`.
        """

    def innovation_var(self, mean: np.ndarray, cov: np.ndarray) -> np.ndarray:
        """Variances of a measurement about predicted states.

        Args:
            mean: (N, ...) predicted means.
            cov: (N, ...) predicted covariances.

        Returns:
            (N, ...) variances, those of centre x and centre y first, in square pixels.
        """

    def warp(
        self, mean: np.ndarray, cov: np.ndarray, matrix: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Carry states over into the view of a camera that has moved.

        Args:
            mean: (N, ...) means.
            cov: (N, ...) covariances.
            matrix: (2, 3) affine map from pixels of the last frame to pixels of this
                one.

        Returns:
            Mean (N, ...) and covariance (N, ...) in pixels of this frame.
        """

    def rescale(
        self, mean: np.ndarray, cov: np.ndarray, scale_x: float, scale_y: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Carry states over to frames of another size.

        Args:
            mean: (N, ...) means.
            cov: (N, ...) covariances.
            scale_x: New width of the frame divided by the old width.
            scale_y: New height of the frame divided by the old height.

        Returns:
            Mean (N, ...) and covariance (N, ...) in pixels of the new frames.
        """
