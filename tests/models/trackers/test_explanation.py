import numpy as np
import pytest

from fairmot_mm.models.trackers import JDETracker
from fairmot_mm.models.trackers.explanation import Explainer

A, B, C = np.eye(3)
LEFT, RIGHT = [0, 0, 40, 100, 0.9], [400, 0, 440, 100, 0.8]


@pytest.fixture
def explain(make_sample):
    """Explainer of the last of some frames, each a list of (box, embedding, label)."""

    def run(*frames, **settings):
        tracker = JDETracker(**settings)
        records = []
        tracker.observer = records.append
        for frame, people in enumerate(frames):
            boxes, embeds, labels = ([each[k] for each in people] for k in range(3))
            embeds = np.array(embeds).reshape(len(people), 3)
            tracker.track(make_sample(boxes, embeds, frame, labels=labels))
        return Explainer(records[-1], tracker.motion)

    return run


def test_a_pair_that_was_made(explain):
    """Numbers of the pair, its cost and limit, and what the track took it for."""
    explainer = explain([(LEFT, A, 0)], [(LEFT, A, 0), (RIGHT, B, 0)])
    own, other = explainer.of_track(0)
    assert (own.track, own.col, own.paired, own.state) == (1, 0, True, 'tracked')
    assert own.embed_distance == pytest.approx(0, abs=1e-6)
    assert own.overlap_cost == pytest.approx(0, abs=1e-6)
    assert own.reasons == ('embeds: paired, 0.000 <= 0.40',)
    assert other.motion > 500
    assert 'embeds: outside the gate' in other.reasons[0]
    assert other.reasons[-1] == 'the track took detection 0 (embeds, 0.000)'
    assert explainer.outcome(0) == 'detection 0 continued it in stage embeds at 0.000'
    assert (explainer.row_of(1), explainer.row_of(2)) == (0, None)
    assert (explainer.col_of(1), explainer.col_of(2)) == (0, 1)


def test_too_unlike_and_no_overlap(explain):
    """Somebody else in the same place: weighed and found wanting, then overlapping."""
    explainer = explain([(LEFT, A, 0)], [(LEFT, B, 0)])
    (only,) = explainer.of_track(0)
    assert only.reasons == ('embeds: 0.980 > 0.40', 'iou: paired, 0.000 <= 0.50')
    moved = [30, 0, 70, 100, 0.9]
    (only,) = explain([(LEFT, A, 0)], [(moved, B, 0)]).of_detection(0)
    assert only.reasons[1] == f'iou: {only.overlap_cost:.3f} > 0.50'


def test_a_rival_was_preferred(explain):
    """Two tracks want one detection: the other gets it, and is named."""
    near = [10, 0, 50, 100, 0.8]
    embeds = (A + 0.3 * B) / np.linalg.norm(A + 0.3 * B)
    explainer = explain([(LEFT, A, 0), (near, embeds, 0)], [(LEFT, A, 0)])
    row = explainer.row_of(2)
    loser = explainer.pair(row, 0)
    assert not loser.paired
    assert loser.reasons[0].endswith('but other pairs cost less')
    assert loser.reasons[1].startswith('track 1 took it (embeds, ')
    assert explainer.outcome(row) == 'no detection continued it'


def test_lost_unconfirmed_and_other_labels(explain):
    """The state of a track says what it is barred from."""
    explainer = explain([(LEFT, A, 0)], [], [], [(LEFT, B, 0)])
    (only,) = explainer.of_detection(0)
    assert only.state == 'lost for 2 frames'
    assert only.reasons == (
        'embeds: 0.980 > 0.40',
        'a lost track is not matched by overlap',
    )
    explainer = explain([(RIGHT, B, 0)], [(LEFT, A, 0)], [(RIGHT, A, 0)])
    assert explainer.pair(explainer.row_of(2), 0).state == 'unconfirmed'
    assert (
        explainer.pair(explainer.row_of(2), 0).reasons[0] == 'unconfirmed: no overlap'
    )
    (only,) = explain([(LEFT, A, 0)], [(LEFT, A, 1)]).of_track(0)
    assert only.reasons[:2] == ('embeds: of another label', 'iou: of another label')


def test_weak_detections(explain):
    """A detection too weak for the main stages says so."""
    weak = [300, 0, 340, 100, 0.2]
    explainer = explain(
        [(LEFT, A, 0)], [(weak, A, 0)], low_score=dict(type='LowScoreAssociation')
    )
    (only,) = explainer.of_track(0)
    assert only.reasons == (
        'low_score: no overlap',
        'the detection is too weak for most stages',
    )


def test_number_of_candidates(explain):
    """The closest come first; nobody gives no candidate."""
    people = [([50 * k, 0, 50 * k + 40, 100, 0.9], A, 0) for k in range(9)]
    candidates = explain(people, people).of_track(4, limit=3)
    assert len(candidates) == 3
    assert [each.paired for each in candidates] == [True, False, False]
    assert explain([(LEFT, A, 0)], []).of_track(0) == []
