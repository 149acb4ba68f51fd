"""Stages by config: the published ones spelled out, and a stage of a user's own."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from fairmot_mm.models.trackers import JDETracker, Pairs, Stage
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import ConfigError

ALICE, BOB = np.eye(2, 8)
NOBODY = np.zeros((0, 8))
PUBLISHED = [
    dict(type='AppearanceStage'),
    dict(type='OverlapStage'),
    dict(type='OverlapStage', name='unconfirmed', cost_thr=0.7, confirmed=False),
]
SLOW = dict(type='LowFrameRate')


@dataclass(frozen=True)
class AnywhereStage:
    """Pairs every track with every detection above its own score, at no cost."""

    name: str = 'anywhere'
    cost_thr: float = 0.5
    score_thr: float | None = 0.2
    embed_thr: float | None = None

    def candidates(self, tracks, detections):
        return np.full(len(tracks), True), np.full(len(detections), True)

    def pairs(self, unmatched):
        rows, cols = np.indices((len(unmatched.rows), len(unmatched.cols)))
        pairs = Pairs(rows.ravel(), cols.ravel(), np.zeros(rows.size))
        return unmatched.alike(pairs, self.embed_thr)

    def for_low_frame_rate(self, embed_thr):
        return replace(self, embed_thr=embed_thr)


@pytest.fixture
def anywhere():
    """Config of the user's stage, which is registered for one test."""
    TASK_UTILS.register_module(module=AnywhereStage)
    yield dict(type='AnywhereStage')
    TASK_UTILS.module_dict.pop('AnywhereStage')


def box(x, score=0.9):
    return [x, 100.0, x + 40, 200.0, score]


def follow(tracker, make_sample, *people, frame_rate=30):
    """Identities of each frame, in which there is one (box, embedding)."""
    return [
        tracker.track(make_sample([bbox], [embed], t, frame_rate)).instances_id.tolist()
        for t, (bbox, embed) in enumerate(people)
    ]


@pytest.mark.parametrize('seed', range(8))
@pytest.mark.parametrize('low_score', [False, True])
@pytest.mark.parametrize('frame_rate', [30, 5])
def test_published_stages_spelled_out(seed, low_score, frame_rate, scene, make_sample):
    """Named one by one, the default stages give the same tracks, bit by bit."""
    weak = dict(type='LowScoreAssociation')
    short = JDETracker(low_score=weak if low_score else None, low_frame_rate=SLOW)
    long = JDETracker(
        stages=[*PUBLISHED, weak] if low_score else PUBLISHED, low_frame_rate=SLOW
    )
    for t, (boxes, embeds, labels) in enumerate(scene(seed)):
        sample = make_sample(boxes, embeds, t, frame_rate, labels)
        one, two = short.track(sample), long.track(sample)
        for key in ('bboxes', 'scores', 'instances_id'):
            np.testing.assert_array_equal(one[key], two[key])


def test_a_stage_of_the_user_matches_what_is_left(anywhere, make_sample):
    """Far away and unlike, a person is found by the own stage alone."""
    people = (box(100), ALICE), (box(100), ALICE), (box(900), BOB)
    usual, own = JDETracker(), JDETracker(stages=[*PUBLISHED, anywhere])
    assert isinstance(AnywhereStage(), Stage)
    assert follow(usual, make_sample, *people)[-1] == []
    assert follow(own, make_sample, *people)[-1] == [1]


def test_a_stage_names_the_scores_it_takes(anywhere, make_sample):
    """Its score_thr lets weak detections in, and leaves weaker ones out."""
    start = [(box(100), ALICE)] * 2
    for score, expected in ((0.3, [1]), (0.15, [])):
        weakest = dict(type='LowScoreAssociation', score_thr=0.1, cost_thr=0.0)
        tracker = JDETracker(stages=[*PUBLISHED, weakest, anywhere])
        found = follow(tracker, make_sample, *start, (box(500, score), ALICE))
        assert found[-1] == expected


def test_strong_detections_unless_a_stage_names_a_score(anywhere, make_sample):
    """Without score_thr no weak detection takes part, whatever it would choose."""
    strong = dict(anywhere, score_thr=None)
    weak = dict(type='LowScoreAssociation', score_thr=0.1, cost_thr=0.0)
    tracker = JDETracker(stages=[*PUBLISHED, strong, weak])
    people = (box(100), ALICE), (box(100), ALICE), (box(500, 0.3), ALICE)
    assert follow(tracker, make_sample, *people)[-1] == []


@pytest.mark.parametrize('stage', ['low_score', 'own'])
@pytest.mark.parametrize(('frame_rate', 'found'), [(30, [1]), (1, [])])
def test_every_stage_takes_part_in_slow_video(
    stage, frame_rate, found, anywhere, make_sample
):
    """At one frame a second a pair of either stage must look alike."""
    last = dict(type='LowScoreAssociation') if stage == 'low_score' else anywhere
    start = [(box(100), ALICE)] * 3
    for embed, expected in ((ALICE, [1]), (BOB, found)):
        tracker = JDETracker(stages=[*PUBLISHED, last], low_frame_rate=SLOW)
        people = *start, (box(100, 0.3), embed)
        ids = follow(tracker, make_sample, *people, frame_rate=frame_rate)
        assert ids[-1] == expected


def test_a_class_that_is_no_stage_is_refused():
    """A component without the methods of a stage is named, with what it lacks."""
    with pytest.raises(ConfigError, match=r'stages: LowFrameRate lacks .*candidates'):
        JDETracker(stages=[SLOW])


def test_a_weak_stage_must_be_below_the_strong_score(anywhere):
    """A score_thr at obj_score_thr would add nothing, so it is refused."""
    with pytest.raises(ConfigError, match=r'score_thr=0\.4 of anywhere'):
        JDETracker(stages=[dict(anywhere, score_thr=0.4)])


@pytest.mark.parametrize(
    ('options', 'named'),
    [
        (dict(cost_thrs=dict(embeds=0.3)), r'cost_thrs\.embeds'),
        (dict(motion_weight=0.1), 'motion_weight'),
        (dict(low_score=dict(type='LowScoreAssociation')), 'low_score'),
    ],
)
def test_options_without_effect_are_refused(options, named):
    """What only the published stages read cannot be given beside other stages."""
    with pytest.raises(ConfigError, match=rf'{named} would have no effect'):
        JDETracker(stages=PUBLISHED[1:2], **options)


def test_options_with_an_effect_are_accepted():
    """The threshold for duplicates belongs to no stage."""
    tracker = JDETracker(stages=PUBLISHED[1:2], cost_thrs=dict(duplicate=0.2))
    assert tracker.lifecycle.duplicate_thr == 0.2
    assert [stage.name for stage in tracker.matcher.stages] == ['iou']


def test_no_stage_at_all_is_refused():
    """An empty list would match nothing."""
    with pytest.raises(ConfigError, match=r'stages=\[\]'):
        JDETracker(stages=[])
