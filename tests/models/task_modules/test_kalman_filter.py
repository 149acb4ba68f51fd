"""The batched filter against published numbers and against the filter in mmdet."""

from pathlib import Path

import numpy as np
import pytest
from mmdet.models.task_modules.tracking import KalmanFilter

from fairmot_mm.models.task_modules.kalman_filter import KalmanFilterXYAH
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import ConfigError

# Computed with the published FairMOT implementation (commit 4aa6297): one state that is
# started, then twice predicted, gated against two measurements and updated.
GOLDEN = Path(__file__).parents[2] / 'data' / 'tracking' / 'kalman.npz'
SEEN = np.zeros(1, dtype=bool)


def full_covariance(cov):
    """(N, 8, 8) matrices of the (N, 3, 4) blocks."""
    full = np.zeros((len(cov), 8, 8))
    k = np.arange(4)
    full[:, k, k], full[:, k + 4, k + 4] = cov[:, 0], cov[:, 2]
    full[:, k, k + 4] = full[:, k + 4, k] = cov[:, 1]
    return full


def random_measurements(rng, num):
    low, high = [0, 0, 0.2, 20], [1920, 1080, 0.9, 400]
    return rng.uniform(low, high, (num, 4))


def test_golden_numbers():
    """Start, predict, gate and update give the published numbers to 1e-9."""
    golden = np.load(GOLDEN)
    motion = KalmanFilterXYAH()
    mean, cov = motion.initiate(golden['measurements'][:1])

    def check(name):
        np.testing.assert_allclose(mean[0], golden[f'{name}_mean'], rtol=0, atol=1e-9)
        np.testing.assert_allclose(
            full_covariance(cov)[0], golden[f'{name}_cov'], rtol=0, atol=1e-9
        )

    check('init')
    for step in range(2):
        mean, cov = motion.predict(mean, cov, SEEN)
        check(f'pred{step}')
        measurement = golden['measurements'][step + 1]
        gate = motion.gating_distance(mean, cov, np.stack([measurement, golden['far']]))
        np.testing.assert_allclose(gate[0], golden[f'gate{step}'], rtol=0, atol=1e-9)
        mean, cov = motion.update(mean, cov, measurement[None])
        check(f'upd{step}')


def test_batch_equals_the_filter_in_mmdet():
    """Forty tracks at once, ten frames, equal mmdet's filter on each of them."""
    rng = np.random.default_rng(0)
    motion, plain = KalmanFilterXYAH(), KalmanFilter()
    first = random_measurements(rng, 40)
    mean, cov = motion.initiate(first)
    expected = [plain.initiate(z) for z in first]
    for _ in range(10):
        mean, cov = motion.predict(mean, cov, np.zeros(40, dtype=bool))
        expected = [plain.predict(*state) for state in expected]
        z = mean[:, :4] + rng.normal(0, [5, 5, 0.02, 5], (40, 4))
        np.testing.assert_allclose(
            motion.gating_distance(mean, cov, z),
            [plain.gating_distance(*state, z) for state in expected],
            rtol=1e-9,
        )
        mean, cov = motion.update(mean, cov, z)
        expected = [
            plain.update(*state, one) for state, one in zip(expected, z, strict=True)
        ]
        np.testing.assert_allclose(mean, [m for m, _ in expected], rtol=0, atol=1e-9)
        np.testing.assert_allclose(
            full_covariance(cov), [c for _, c in expected], rtol=0, atol=1e-9
        )


def test_height_of_unseen_tracks_stands_still():
    """A lost track keeps its height and goes on moving; a seen one changes both."""
    motion = KalmanFilterXYAH()
    mean, cov = motion.initiate(random_measurements(np.random.default_rng(1), 2))
    mean[:, 4:] = [3, 2, 0, -5]
    before = mean.copy()
    after, _ = motion.predict(mean, cov, np.array([False, True]))
    np.testing.assert_allclose(after[:, 0], before[:, 0] + 3)
    np.testing.assert_allclose(after[:, 3], before[:, 3] + [-5, 0])
    np.testing.assert_allclose(after[:, 7], [-5, 0])
    np.testing.assert_array_equal(mean, before)


def test_boxes_survive_the_state():
    """A box becomes a measurement, a state and the same box again."""
    rng = np.random.default_rng(2)
    tlwh = rng.uniform([-50, -50, 5, 5], [1900, 1000, 300, 300], (20, 4))
    motion = KalmanFilterXYAH()
    mean, _ = motion.initiate(motion.to_measurement(tlwh))
    np.testing.assert_allclose(motion.to_tlwh(mean), tlwh, atol=1e-9)


def test_no_tracks():
    """Every operation accepts zero tracks."""
    motion = KalmanFilterXYAH()
    mean, cov = motion.initiate(np.zeros((0, 4)))
    mean, cov = motion.predict(mean, cov, np.zeros(0, dtype=bool))
    assert motion.gating_distance(mean, cov, np.ones((3, 4))).shape == (0, 3)
    mean, cov = motion.update(mean, cov, np.zeros((0, 4)))
    assert (mean.shape, cov.shape) == ((0, 8), (0, 3, 4))
    assert motion.to_tlwh(mean).shape == (0, 4)


def test_config():
    """The registry builds it beside mmdet's filter; senseless values are refused."""
    motion = TASK_UTILS.build({'type': 'KalmanFilterXYAH', 'gating_thr': 5.0})
    assert motion.gating_thr == 5.0
    assert isinstance(TASK_UTILS.build({'type': 'mmdet.KalmanFilter'}), KalmanFilter)
    with pytest.raises(ConfigError, match='std_weight_position=0'):
        KalmanFilterXYAH(std_weight_position=0)
