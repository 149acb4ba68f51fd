"""A walking crowd is repeatable and can be tracked."""

import itertools

import numpy as np
import pytest

from fairmot_mm.models.trackers import JDETracker
from fairmot_mm.synthetic import WalkingCrowd
from fairmot_mm.utils import ConfigError


def walk(num_frames, *args, **kwargs):
    return list(itertools.islice(WalkingCrowd(*args, **kwargs), num_frames))


def test_same_seed_same_detections():
    """The seed decides the crowd; frames count from 0, embeddings have length 1."""
    first, again, other = (walk(5, 30, seed=seed) for seed in (3, 3, 4))
    for index, (a, b) in enumerate(zip(first, again, strict=True)):
        assert a.frame_id == index
        for key, value in a.pred_instances.items():
            assert value.equal(b.pred_instances[key])
        np.testing.assert_allclose(a.pred_instances.embeds.norm(dim=1), 1, rtol=1e-5)
    assert not first[0].pred_instances.bboxes.equal(other[0].pred_instances.bboxes)


def test_misses_and_ghosts():
    """Detections are the people without the missed ones, plus false detections."""
    plain = walk(20, 40, miss_rate=0, ghost_rate=0)
    assert {len(sample.pred_instances) for sample in plain} == {40}
    counts = [len(sample.pred_instances) for sample in walk(200, 40, miss_rate=0.2)]
    assert np.mean(counts) == pytest.approx(40 * (0.8 + 0.02), rel=0.03)


def test_people_can_be_followed_and_are_replaced():
    """A tracker finds about one identity per person, also of people who come later."""
    settled = JDETracker()
    for sample in walk(60, 30, lifetime=1e9, ghost_rate=0):
        tracks = settled.track(sample)
    assert 30 <= tracks.instances_id.max() <= 33
    changing = JDETracker()
    for sample in walk(200, 30, lifetime=50, ghost_rate=0):
        tracks = changing.track(sample)
    assert tracks.instances_id.max() >= 30 * 200 / 50


def test_values_out_of_range():
    """A crowd without people is refused."""
    with pytest.raises(ConfigError, match='num_people=0'):
        WalkingCrowd(0)
