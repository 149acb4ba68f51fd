import time
from dataclasses import replace

import numpy as np
import pytest

from fairmot_mm.postprocessing import smooth_tracks
from fairmot_mm.utils import ConfigError, DataError, MOTRows


def make_track(tlwh, identity=1, first=1):
    count = len(tlwh)
    ones = np.ones(count)
    return MOTRows(
        np.arange(first, first + count), np.full(count, identity), np.array(tlwh),
        0.5 * ones, ones.astype(int), ones,
    )  # fmt: skip


def plain_regression(tlwh, tau, noise):
    """The formula of Gaussian process regression with whole matrices."""
    t = np.arange(len(tlwh), dtype=float)
    trend = np.column_stack([np.polyval(np.polyfit(t, c, 1), t) for c in tlwh.T])
    scale = np.clip(tau * np.log(tau**3 / len(t)), 3, tau**2)
    kernel = np.exp(-((t[:, None] - t) ** 2) / (2 * scale**2))
    weights = np.linalg.solve(kernel + noise * np.eye(len(t)), tlwh - trend)
    return trend + kernel @ weights


@pytest.mark.parametrize(
    ('length', 'tau', 'noise'), [(3, 10, 0.1), (40, 10, 1e-4), (300, 5, 0.03)]
)
def test_equals_the_formula(length, tau, noise):
    """Fast solver or whole matrices: the same boxes, in order of the frames."""
    rng = np.random.default_rng(1)
    tlwh = 50 + rng.normal(0, 5, (length, 4)).cumsum(axis=0) + (0, 0, 500, 500)
    rows = make_track(tlwh)[rng.permutation(length)]
    smooth = smooth_tracks(rows, tau, noise)
    assert smooth.frames.tolist() == list(range(1, length + 1))
    np.testing.assert_allclose(
        smooth.tlwh, plain_regression(tlwh, tau, noise), rtol=1e-6, atol=1e-4
    )
    assert set(smooth.marks) == {0.5}


def test_noise_goes_and_motion_stays():
    """Trembling boxes of somebody who walks a curve come closer to the truth."""
    t = np.arange(100)
    truth = np.column_stack(
        [100 + 6 * t, 200 + 40 * np.sin(t / 25), 40 + 0 * t, 100 + 0.3 * t]
    )
    noisy = truth + np.random.default_rng(0).normal(0, 3, truth.shape)
    error = np.abs(smooth_tracks(make_track(noisy)).tlwh - truth).mean()
    assert error < 0.5 * np.abs(noisy - truth).mean()
    fast = 1000 * t[:, None] * (1, 0, 0, 0) + (0, 0, 40, 100)
    np.testing.assert_allclose(smooth_tracks(make_track(fast)).tlwh, fast, atol=1e-6)


def test_tracks_and_pieces_are_apart():
    """Each track, and each side of a gap, is smoothed as if it were alone."""
    rng = np.random.default_rng(0)
    parts = [
        make_track(rng.uniform(50, 60, (20, 4)), 3),
        make_track(rng.uniform(50, 60, (15, 4)), 3, first=22),
        make_track(rng.uniform(50, 60, (20, 4)), 4, first=21),
        make_track(rng.uniform(50, 60, (2, 4)), 5),
    ]
    joined = MOTRows(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in MOTRows.__dataclass_fields__
        )
    )
    smooth = smooth_tracks(joined)
    for part in parts:
        mine = smooth[(smooth.ids == part.ids[0]) & np.isin(smooth.frames, part.frames)]
        np.testing.assert_allclose(mine.tlwh, smooth_tracks(part).tlwh)
    np.testing.assert_array_equal(smooth[smooth.ids == 5].tlwh, parts[3].tlwh)


def test_long_tracks_and_thin_boxes():
    """Ten thousand frames take seconds; no box turns inside out."""
    rng = np.random.default_rng(0)
    tlwh = np.abs(rng.normal(0, 1, (10_000, 4))) + 0.01
    start = time.perf_counter()
    smooth = smooth_tracks(make_track(tlwh), tau=30)
    assert time.perf_counter() - start < 20
    assert (smooth.tlwh[:, 2:] > 0).all()


def test_wrong_input():
    """Parameters must be above 0, identities once a frame; no rows are fine."""
    rows = make_track(np.full((5, 4), 9.0))
    with pytest.raises(ConfigError, match='tau=0'):
        smooth_tracks(rows, tau=0)
    with pytest.raises(DataError, match='identity 1 is more than once'):
        smooth_tracks(replace(rows, frames=np.ones(5, dtype=int)))
    assert len(smooth_tracks(rows[:0])) == 0
