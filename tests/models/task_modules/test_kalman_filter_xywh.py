"""The filter over width and height, against plain matrices."""

import numpy as np

from fairmot_mm.models.task_modules.kalman_filter_xywh import KalmanFilterXYWH
from fairmot_mm.registry import TASK_UTILS

STEP = np.eye(8) + np.eye(8, k=4)


def noise(position, velocity=None):
    """Variances of x, y, w, h for a 40 x 100 box, as a matrix."""
    size = np.array([40, 100, 40, 100])
    stds = [size * position] + ([] if velocity is None else [size * velocity])
    return np.diag(np.concatenate(stds) ** 2)


def test_equals_plain_matrices():
    """Start, predict, gate and update are those of an 8 x 8 filter."""
    motion = TASK_UTILS.build({'type': 'KalmanFilterXYWH'})
    z, later = np.array([300.0, 200, 40, 100]), np.array([303.0, 204, 41, 98])
    mean, cov = motion.predict(*motion.initiate(z[None]), np.zeros(1, dtype=bool))
    full = STEP @ noise(2 / 10, 10 / 80) @ STEP.T + noise(1 / 10, 1 / 80)
    innovation = full[:4, :4] + noise(1 / 10)
    gain = np.linalg.solve(innovation, full[:4]).T
    gate = (later - z) @ np.linalg.solve(innovation, later - z)
    np.testing.assert_allclose(motion.gating_distance(mean, cov, later[None]), [[gate]])
    mean, cov = motion.update(mean, cov, later[None])
    np.testing.assert_allclose(mean[0], [*z, 0, 0, 0, 0] + gain @ (later - z))
    full = full - gain @ innovation @ gain.T
    np.testing.assert_allclose(cov[0, 0], full.diagonal()[:4])
    np.testing.assert_allclose(cov[0, 1], full[:4, 4:].diagonal())
    np.testing.assert_allclose(cov[0, 2], full.diagonal()[4:])


def test_size_of_unseen_tracks_stands_still():
    """A lost track keeps width and height and moves on."""
    motion = KalmanFilterXYWH()
    mean, cov = motion.initiate(np.array([[10.0, 20, 40, 100]] * 2))
    mean[:, 4:] = [3, 2, 1, -5]
    after, _ = motion.predict(mean, cov, np.array([False, True]))
    np.testing.assert_allclose(after[:, :4], [[13, 22, 41, 95], [13, 22, 40, 100]])


def test_boxes_survive_the_state():
    """A box becomes a measurement, a state and the same box again."""
    tlwh = np.array([[-5.0, 3, 20, 50], [100, 200, 300, 30]])
    motion = KalmanFilterXYWH()
    mean, _ = motion.initiate(motion.to_measurement(tlwh))
    np.testing.assert_allclose(motion.to_tlwh(mean), tlwh)


def test_warp_scales_both_lengths():
    """A zoom by two doubles width and height and their speeds."""
    motion = KalmanFilterXYWH()
    mean, cov = motion.initiate(np.array([[10.0, 20, 40, 100]]))
    mean[0, 4:] = [1, 3, 2, 4]
    zoom = np.array([[2.0, 0, 5], [0, 2, 7]])
    warped, warped_cov = motion.warp(mean, cov, zoom)
    np.testing.assert_allclose(warped[0], [25, 47, 80, 200, 2, 6, 4, 8])
    np.testing.assert_allclose(warped_cov, cov * 4)
