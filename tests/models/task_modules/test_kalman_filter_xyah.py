"""The batched filter against published numbers and against the filter in mmdet."""

from pathlib import Path

import numpy as np
import pytest
from mmdet.models.task_modules.tracking import KalmanFilter

from fairmot_mm.models.task_modules.kalman_filter_xyah import KalmanFilterXYAH
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


def test_a_long_step_is_many_short_ones():
    """Seven frames at once are seven steps of one frame, noise included."""
    rng = np.random.default_rng(3)
    motion = KalmanFilterXYAH()
    mean, cov = motion.initiate(random_measurements(rng, 5))
    mean[:, 4:7] = rng.normal(0, 4, (5, 3))
    unseen = np.ones(5, dtype=bool)
    at_once = motion.predict(mean, cov, unseen, step=7.0)
    for _ in range(7):
        mean, cov = motion.predict(mean, cov, unseen)
    np.testing.assert_allclose(at_once[0], mean)
    np.testing.assert_allclose(at_once[1], cov)


def test_half_a_step_moves_half_as_far():
    """Two half frames reach where one frame does, with half of the noise each."""
    motion = KalmanFilterXYAH()
    mean, cov = motion.initiate(np.array([[100.0, 50, 0.4, 80]]))
    mean[:, 4:6] = [6, -2]
    half, half_cov = motion.predict(mean, cov, SEEN, step=0.5)
    np.testing.assert_allclose(half[0, :2], [103, 49])
    np.testing.assert_allclose(
        half_cov[0, 2] - cov[0, 2],
        0.5 * (80 / 160) ** 2 * np.array([1, 1, (160e-5 / 80) ** 2, 1]),
        rtol=1e-6,
    )


def test_warp_turns_shifts_and_scales():
    """A quarter turn at double size: x becomes y, sizes double, aspects stay."""
    motion = KalmanFilterXYAH()
    mean, cov = motion.initiate(np.array([[10.0, 20, 0.4, 80]]))
    mean[0, 4:] = [1, 3, 0.1, 2]
    turn = np.array([[0.0, -2, 5], [2, 0, 7]])
    warped, warped_cov = motion.warp(mean, cov, turn)
    np.testing.assert_allclose(warped[0], [-35, 27, 0.4, 160, -6, 2, 0.1, 4])
    factors = np.array([4.0, 4, 1, 4])
    np.testing.assert_allclose(warped_cov, cov * factors)
    np.testing.assert_allclose(mean[0, :4], [10, 20, 0.4, 80])


def test_warp_moves_samples_as_states():
    """The warped uncertainty is that of warped samples of the state."""
    rng = np.random.default_rng(4)
    motion = KalmanFilterXYAH()
    mean, cov = motion.initiate(np.array([[300.0, 200, 0.5, 100]]))
    mean, cov = motion.predict(mean, cov, SEEN)
    samples = rng.multivariate_normal(mean[0], full_covariance(cov)[0], 40_000)
    c, s = 1.1 * np.cos(0.3), 1.1 * np.sin(0.3)
    matrix = np.array([[c, -s, 12.0], [s, c, -4]])
    many = np.broadcast_to(cov, (len(samples), 3, 4))
    warped_samples, _ = motion.warp(samples, many, matrix)
    warped, warped_cov = motion.warp(mean, cov, matrix)
    np.testing.assert_allclose(warped_samples.mean(0), warped[0], atol=0.2)
    spread = np.diag(full_covariance(warped_cov)[0])
    np.testing.assert_allclose(np.var(warped_samples, axis=0), spread, rtol=0.04)


def test_gated_pairs_are_those_inside_the_gate():
    """Near pairs, found without a table, are those of the table, at its distances."""
    rng = np.random.default_rng(5)
    motion = KalmanFilterXYAH()
    z = random_measurements(rng, 60)
    z = np.concatenate([z, z + rng.normal(0, [4, 4, 0.02, 4], z.shape)])
    mean, cov = motion.predict(*motion.initiate(z), np.zeros(120, dtype=bool))
    table = motion.gating_distance(mean, cov, z)
    rows, cols, distance = motion.gated_pairs(mean, cov, z)
    assert 120 < len(rows) < 1000
    assert (np.diff(rows) >= 0).all()
    assert len(rows) == (table <= motion.gating_thr).sum()
    np.testing.assert_allclose(distance, table[rows, cols], atol=1e-12)


@pytest.mark.parametrize('kind', ['KalmanFilterXYAH', 'KalmanFilterXYWH'])
def test_rescale_is_what_the_other_size_would_have_shown(kind):
    """States carried over to wider frames have the boxes that are measured there."""
    motion = TASK_UTILS.build({'type': kind})
    tlwh = np.array([[100.0, 50, 40, 80], [7, 3, 20, 60]])
    later, factors = tlwh + np.array([3, 1, 2, 4]), np.array([2, 1.5, 2, 1.5])
    mean, cov = motion.initiate(motion.to_measurement(tlwh))
    mean, cov = motion.predict(mean, cov, np.zeros(2, dtype=bool))
    mean, cov = motion.update(mean, cov, motion.to_measurement(later))
    wide, wide_cov = motion.rescale(mean, cov, 2, 1.5)
    np.testing.assert_allclose(motion.to_tlwh(wide), motion.to_tlwh(mean) * factors)
    np.testing.assert_allclose(wide[:, 4:6], mean[:, 4:6] * [2, 1.5])
    np.testing.assert_allclose(wide_cov[:, :, :2], cov[:, :, :2] * [4, 2.25])
    back, back_cov = motion.rescale(wide, wide_cov, 1 / 2, 1 / 1.5)
    np.testing.assert_allclose(back, mean)
    np.testing.assert_allclose(back_cov, cov)


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
