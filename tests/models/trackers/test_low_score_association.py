"""Weak detections: which tracks they continue, and which they leave alone."""

import numpy as np
import pytest

from fairmot_mm.models.trackers import JDETracker, LowScoreAssociation
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import ConfigError

ALICE, BOB = np.eye(2, 8)
LOW = {'type': 'LowScoreAssociation'}


def box(x, score=0.9):
    return [x, 100.0, x + 40, 200.0, score]


def ids(result):
    return result.instances_id.tolist()


def walk(tracker, make_sample, scores, embed=BOB):
    """Alice walks; where her score is weak she looks like ``embed``."""
    results = []
    for t, score in enumerate(scores):
        seen = ALICE if score > 0.4 else embed
        sample = make_sample([box(100 + 3 * t, score)], [seen], t)
        results.append(tracker.track(sample))
    return results


@pytest.mark.parametrize('low_score', [None, LOW])
def test_a_weak_detection_continues_a_track(low_score, make_sample):
    """Half hidden, Alice is output with the option and missing without it."""
    results = walk(JDETracker(low_score=low_score), make_sample, [0.9] * 3 + [0.2] * 3)
    assert [ids(result) for result in results[3:]] == [[1] if low_score else []] * 3
    if low_score:
        np.testing.assert_allclose(results[-1].bboxes[0, 0], 115, atol=1)
        np.testing.assert_allclose(results[-1].scores, [0.2])


def test_its_embedding_does_not_enter_the_track(make_sample):
    """What covers her is not learned: she is found again by her own embedding."""
    tracker = JDETracker(low_score=LOW)
    walk(tracker, make_sample, [0.9] * 3 + [0.2] * 3)
    np.testing.assert_allclose(tracker.tracks.embeds[0], ALICE, atol=1e-6)


def test_a_weak_detection_starts_no_track(make_sample):
    """Seen at a low score alone, nobody is there, and no identity is used up."""
    tracker = JDETracker(low_score=LOW)
    assert walk(tracker, make_sample, [0.2] * 5)[-1].instances_id.tolist() == []
    assert len(tracker.tracks) == 0
    assert ids(tracker.track(make_sample([box(100)], [ALICE], 5))) == []
    assert ids(tracker.track(make_sample([box(100)], [ALICE], 6))) == [1]


def test_neither_lost_nor_unconfirmed_tracks_take_part(make_sample):
    """A lost track is not found, a new one not confirmed, by a weak detection."""
    tracker = JDETracker(low_score=LOW)
    walk(tracker, make_sample, [0.9] * 3)
    tracker.track(make_sample([], np.zeros((0, 8)), 3))
    assert ids(tracker.track(make_sample([box(110, 0.2)], [ALICE], 4))) == []
    tracker.track(make_sample([box(500)], [BOB], 5))
    assert ids(tracker.track(make_sample([box(500, 0.2)], [BOB], 6))) == []


def test_strong_detections_come_first(make_sample):
    """A strong detection beside a better placed weak one continues the track."""
    tracker = JDETracker(low_score=LOW)
    walk(tracker, make_sample, [0.9] * 3)
    result = tracker.track(make_sample([box(113), box(109, 0.2)], [ALICE, ALICE], 3))
    np.testing.assert_allclose(result.scores, [0.9])


def test_scores_at_its_threshold_are_ignored(make_sample):
    """A weak score, too, must exceed its threshold."""
    tracker = JDETracker(low_score=dict(LOW, score_thr=0.2))
    assert ids(walk(tracker, make_sample, [0.9] * 3 + [0.2])[-1]) == []


@pytest.mark.parametrize('seed', range(8))
def test_without_weak_detections_nothing_changes(seed, scene, make_sample):
    """Where every score is strong the option changes no number."""
    trackers = JDETracker(), JDETracker(low_score=LOW)
    for t, (boxes, embeds, labels) in enumerate(scene(seed)):
        boxes[:, 4] = 0.5 + boxes[:, 4] / 2
        one, two = (k.track(make_sample(boxes, embeds, t, 8, labels)) for k in trackers)
        assert ids(one) == ids(two)
        np.testing.assert_array_equal(one.bboxes, two.bboxes)


def test_config():
    """It is built by its name; thresholds out of order are refused."""
    assert isinstance(TASK_UTILS.build(LOW), LowScoreAssociation)
    with pytest.raises(ConfigError, match=r'cost_thr=1\.5'):
        JDETracker(low_score=dict(LOW, cost_thr=1.5))
    with pytest.raises(ConfigError, match=r'score_thr=0\.4.*obj_score_thr=0\.4'):
        JDETracker(low_score=dict(LOW, score_thr=0.4))
