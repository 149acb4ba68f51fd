"""When tracks begin and when they are output."""

import numpy as np
import pytest

from fairmot_mm.models.trackers import JDETracker
from fairmot_mm.utils import ConfigError

ALICE, BOB = np.eye(2, 8)


def box(x, score=0.9):
    return [x, 100, x + 40, 200, score]


def follow(birth, make_sample, *frames, **options):
    """Identities of each frame, after a first frame with nobody."""
    tracker, found = JDETracker(birth=dict(type='TrackBirth', **birth), **options), []
    for t, people in enumerate([[], *frames]):
        boxes, embeds = zip(*people, strict=True) if people else ((), np.zeros((0, 8)))
        found.append(tracker.track(make_sample(boxes, embeds, t)).instances_id.tolist())
    return found[1:]


def test_published_rule_is_the_default(make_sample):
    """Every strong detection begins a track, which is output with its second."""
    frames = [[(box(100, 0.41), ALICE)]] * 3
    assert follow({}, make_sample, *frames) == [[], [1], [1]]


def test_a_track_may_be_output_at_once(make_sample):
    """With num_matches=1 the first detection is output, with 3 the third."""
    frames = [[(box(100), ALICE)]] * 4
    assert follow(dict(num_matches=1), make_sample, *frames) == [[1]] * 4
    assert follow(dict(num_matches=3), make_sample, *frames) == [[], [], [1], [1]]


def test_score_to_begin(make_sample):
    """A detection between both scores continues a track and begins none."""
    strong, fair = [(box(100), ALICE)], [(box(100, 0.5), ALICE)]
    birth = dict(score_thr=0.6)
    assert follow(birth, make_sample, fair, fair, strong) == [[], [], []]
    assert follow(birth, make_sample, strong, fair, fair) == [[], [1], [1]]


def test_a_second_box_on_a_person(make_sample):
    """A box on a tracked person begins a track only if it may overlap so much."""
    alone = [(box(100), ALICE)]
    twice = [(box(100), ALICE), (box(104, 0.8), BOB)]
    frames = alone, alone, twice, twice
    assert follow({}, make_sample, *frames)[-1] == [1, 2]
    assert follow(dict(max_overlap=0.6), make_sample, *frames)[-1] == [1]
    beside = [(box(100), ALICE), (box(130, 0.8), BOB)]
    found = follow(dict(max_overlap=0.6), make_sample, alone, alone, beside, beside)
    assert found[-1] == [1, 2]


def test_a_lower_score_in_the_first_frame(make_sample):
    """Who is in view when the video starts begins a track at a lower score."""
    weak = [box(100, 0.3)], ALICE[None]
    birth = dict(type='TrackBirth', score_thr=0.6, first_score_thr=0.2)
    stages = [dict(type='LikelihoodStage')]
    stages += [dict(type='LikelihoodStage', name='low_score', score_thr=0.1)]
    for first, found in ((0, [1]), (1, [])):
        tracker = JDETracker(birth=birth, stages=stages)
        samples = [make_sample(*weak, first + t) for t in range(3)]
        if first:  # the first frame has nobody
            tracker.track(make_sample((), np.zeros((0, 8)), 0))
        for sample in samples:
            assert tracker.track(sample).instances_id.tolist() == found


def test_probation(make_sample):
    """A track whose detections stay weak ends, and a clearer one lives on."""
    birth = dict(score_thr=0.5, first_score_thr=0.3, score_base=0.4, probation=3)
    for later, found in ((0.35, [[1], [1], [], [], []]), (0.6, [[1]] * 5)):
        tracker = JDETracker(obj_score_thr=0.3, birth=dict(type='TrackBirth', **birth))
        scores = [0.31, later, later, later, later]
        assert [
            tracker.track(
                make_sample([box(100, score)], ALICE[None], t)
            ).instances_id.tolist()
            for t, score in enumerate(scores)
        ] == found


def test_a_first_score_that_no_stage_reads_is_refused():
    """It would have no effect."""
    birth = dict(type='TrackBirth', first_score_thr=0.2)
    with pytest.raises(ConfigError, match=r'first_score_thr=0\.2 is below 0\.4'):
        JDETracker(birth=birth)


def test_evidence_adds_up(make_sample):
    """A clear person is output soon, a faint one later, a very faint one never."""
    birth = dict(min_evidence=0.5, score_base=0.4)
    clear, faint, none = ([(box(100, score), ALICE)] for score in (0.8, 0.55, 0.41))
    thr = dict(obj_score_thr=0.3)
    assert follow(birth, make_sample, *[clear] * 3, **thr) == [[], [1], [1]]
    assert follow(birth, make_sample, *[faint] * 5, **thr) == [[], [], [], [1], [1]]
    assert follow(birth, make_sample, *[none] * 9, **thr) == [[]] * 9
    found = follow(birth, make_sample, *[faint] * 2, *[clear] * 2, **thr)
    assert found == [[], [], [1], [1]]


def test_patience(make_sample):
    """An unconfirmed track survives as many frames without a detection."""
    seen = [(box(100), ALICE)]
    for patience, found in ((0, []), (1, []), (2, [1])):
        birth = dict(patience=patience)
        frames = seen, [], [], seen
        assert follow(birth, make_sample, *frames, low_frame_rate=None)[-1] == []
        stages = [dict(type='LikelihoodStage')]
        assert follow(birth, make_sample, *frames, stages=stages)[-1] == found


@pytest.mark.parametrize(
    'values',
    [
        dict(score_thr=1.5),
        dict(first_score_thr=1.5),
        dict(num_matches=0),
        dict(max_overlap=-0.1),
        dict(patience=-1),
        dict(probation=0),
        dict(min_evidence=-0.1),
        dict(min_evidence=float('nan')),
        dict(score_base=1.1),
    ],
)
def test_values_out_of_range_are_refused(values):
    """A value that would make no sense is named."""
    ((name, value),) = values.items()
    with pytest.raises(ConfigError, match=f'{name}={value}'):
        JDETracker(birth=dict(type='TrackBirth', **values))


def test_a_gallery_needs_a_confirmation():
    """The gallery names a track when it is confirmed, which is never with 1."""
    birth = dict(type='TrackBirth', num_matches=1)
    with pytest.raises(ConfigError, match=r'birth\.num_matches'):
        JDETracker(birth=birth, gallery=dict(type='ReentryGallery'))
