"""The likelihood stage: its cost, term by term, and the preset that is built on it."""

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData

from fairmot_mm.apis import load_config
from fairmot_mm.models.trackers import JDETracker, LikelihoodStage, Stage
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import ConfigError

ALICE, BOB, CARL = np.eye(3, 8)
FIRST = dict(type='TrackBirth', num_matches=1)
# Each shows one term of the cost alone: nothing else tells two people apart.
APART = dict(embed_centre=0.5, embed_scale=0.1)
CONFIG = 'configs/fairmot/fairmot_yolov5s-lite_1xb8-14e_street.py'


def box(x, y=100.0, score=0.9, width=40.0, height=100.0):
    return [x, y, x + width, y + height, score]


def build(stages=None, **options):
    stages = stages or [dict(type='LikelihoodStage', **APART)]
    never = dict(duplicate=0.0)  # two tracks in one place both stay
    return JDETracker(stages=stages, birth=FIRST, cost_thrs=never, **options)


def follow(tracker, make_sample, *frames, frame_rate=30):
    """Identities of each frame; a frame is a list of boxes with embeddings."""
    found = []
    for t, people in enumerate(frames):
        boxes, embeds = zip(*people, strict=True) if people else ((), np.zeros((0, 8)))
        tracks = tracker.track(make_sample(boxes, embeds, t, frame_rate))
        order = np.argsort(tracks.bboxes[:, 0].numpy())
        found.append(tracks.instances_id.numpy()[order].tolist())
    return found


def test_it_is_a_stage():
    """It has all that the contract names and stays as it is in slow video."""
    stage = LikelihoodStage()
    assert isinstance(stage, Stage)
    assert stage.for_low_frame_rate(0.1) is stage


def test_cost(make_sample):
    """The cost is the sum that the docstring gives, of numbers worked out apart."""
    tracker, records = build(recent_embeds=1), []
    tracker.observer = records.append
    turned = (ALICE + BOB) / np.sqrt(2)
    follow(tracker, make_sample, [(box(100), ALICE)], [(box(106), turned)])
    record = records[-1]
    pairs = record.stages[0].pairs
    mean, cov = record.tracks.mean, record.tracks.cov
    measured = tracker.motion.to_measurement(record.detections.tlwh)
    squared = tracker.motion.gating_distance(mean, cov, measured)[0, 0]
    deviation = np.sqrt(tracker.motion.innovation_var(mean, cov)[0, :2])
    expected = squared / 2 + np.log(deviation[0] / 40 * deviation[1] / 100)
    expected += (1 - np.sqrt(0.5) - 0.5) / 0.1
    np.testing.assert_allclose(pairs.cost, [expected], rtol=1e-6)


def test_appearance_decides_where_places_do_not(make_sample):
    """Two people in one place keep the embeddings that are theirs."""
    frames = [(box(100), ALICE), (box(110), BOB)], [(box(104), BOB), (box(106), ALICE)]
    assert follow(build(), make_sample, *frames)[-1] == [2, 1]


def test_place_decides_where_appearance_does_not(make_sample):
    """Two people who look the same keep their places."""
    frames = [[(box(100 + k * t), ALICE) for k in (0, 80)] for t in (1, 1)]
    assert follow(build(), make_sample, *frames)[-1] == [1, 2]


def test_outside_the_gate_is_nobody(make_sample):
    """The same embedding on the other side of the frame begins a track."""
    frames = [(box(100), ALICE)], [(box(900), ALICE)]
    assert follow(build(), make_sample, *frames)[-1] == [2]


def test_absence_costs(make_sample):
    """After two seconds a person must look more alike than after a tenth of one."""
    almost = 0.62 * ALICE + np.sqrt(1 - 0.62**2) * BOB  # at a distance of 0.38
    stages = [dict(type='LikelihoodStage', lost_cost=4.0, cost_thr=0.0, **APART)]
    for frames_lost, found in ((3, [1]), (60, [2])):
        tracker = build(stages, track_buffer=90, linger_expired=False)
        start = [[(box(100), ALICE)]] * 20
        frames = [*start, *[[]] * frames_lost, [(box(100), almost)]]
        assert follow(tracker, make_sample, *frames)[-1] == found


def test_longest_absence(make_sample):
    """A stage with `max_lost` leaves tracks alone that were lost for longer."""
    for max_lost, found in ((0.3, [1]), (0.1, [2]), (0, [2]), (None, [1])):
        stages = [dict(type='LikelihoodStage', max_lost=max_lost, **APART)]
        frames = [*[[(box(100), ALICE)]] * 20, *[[]] * 6, [(box(100), ALICE)]]
        assert follow(build(stages), make_sample, *frames)[-1] == found


def test_recent_embeddings(make_sample):
    """A side of a person that was seen lately is known again, unlike without them."""
    # Overlap alone continues the track in the third frame; the fifth follows a loss.
    stages = [
        dict(type='LikelihoodStage', cost_thr=-3.0, **APART),
        dict(type='OverlapStage'),
    ]
    turn = [(box(100), ALICE)], [(box(100), ALICE)]
    for recent, found in ((0, [2]), (3, [1])):
        tracker = build(stages, recent_embeds=recent, embed_momentum=0.0)
        frames = *turn, [(box(100), BOB)], [], [(box(100), BOB)]
        assert follow(tracker, make_sample, *frames)[-1] == found


@pytest.mark.parametrize(
    ('option', 'value'),
    [
        ('motion_weight', -1.0),
        ('embed_centre', 2.5),
        ('embed_scale', 0.0),
        ('lost_cost', -0.1),
        ('max_lost', -1.0),
    ],
)
def test_values_out_of_range_are_refused(option, value):
    """A value that would make no sense is named."""
    with pytest.raises(ConfigError, match=f'{option}={value}'):
        LikelihoodStage(**{option: value})


@pytest.fixture(scope='module')
def preset():
    """The config of the tracker that comes with the light model."""
    return load_config(CONFIG).model.tracker.to_dict()


@pytest.mark.parametrize('frame_rate', [30, 5])
@pytest.mark.parametrize('seed', range(8))
@pytest.mark.parametrize('recent_embeds', [0, 3])
def test_preset_is_sound(preset, recent_embeds, seed, frame_rate, scene, make_sample):
    """Crossing, hiding and identical people: one finite box for each identity."""
    tracker, highest = MODELS.build(dict(preset, recent_embeds=recent_embeds)), 0
    for t, (boxes, embeds, labels) in enumerate(scene(seed)):
        tracks = tracker.track(make_sample(boxes, embeds, t, frame_rate, labels))
        ids = tracks.instances_id.numpy()
        assert len(np.unique(ids)) == len(ids)
        assert torch.isfinite(tracks.bboxes).all()
        assert tracker.tracks.recent_embeds.shape[1:] == (recent_embeds, 16)
        highest = max(highest, *ids, 0)
    assert highest > 1


def test_preset_with_hostile_detections(preset, make_sample):
    """Nothing, NaN, thousands of equal boxes: the tracker copes and goes on."""
    tracker = MODELS.build(preset)
    people = [box(100), box(400)], [ALICE, BOB]
    equal = [box(100)] * 2000, np.tile(ALICE, (2000, 1))
    broken = [box(float('nan')), box(100, width=-5)], [ALICE, BOB]
    crowds = [people, people, ([], np.zeros((0, 8))), broken, equal, people, people]
    for t, (boxes, embeds) in enumerate(crowds):
        tracks = tracker.track(make_sample(boxes, embeds, t))
    assert tracks.instances_id.tolist() == [1, 2]


def test_preset_forgets_with_the_video(preset, scene, make_sample):
    """A second video gives what it gives on its own."""
    frames = list(scene(1))

    def run(tracker):
        return [
            tracker.track(make_sample(boxes, embeds, t, 25, labels))
            for t, (boxes, embeds, labels) in enumerate(frames)
        ]

    used = MODELS.build(preset)
    run(used)
    for one, two in zip(run(used), run(MODELS.build(preset)), strict=True):
        assert isinstance(one, InstanceData)
        torch.testing.assert_close(one.bboxes, two.bboxes, rtol=0, atol=0)
        assert one.instances_id.tolist() == two.instances_id.tolist()
