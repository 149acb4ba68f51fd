"""The tracker against published numbers, a plain re-telling of it, and stories."""

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.models.trackers.jde_tracker import JDETracker
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import ConfigError, DataError, UserInputError

# Prefixes of sequences tracked by the published FairMOT implementation (commit
# 4aa6297): detections and embeddings of each frame, and the tracks it gave.
GOLDEN = Path(__file__).parents[2] / 'data' / 'tracking'
SEQUENCES = ['crossing', 'crowd', 'gaps', 'track_s0_fps30', 'track_s23_fps14']

ALICE, BOB, CARL = np.eye(3, 8)


def box(x, y=100.0, score=0.9, width=40.0, height=100.0):
    return [x, y, x + width, y + height, score]


def rows_of(result, frame):
    """Result as rows of frame, id, x, y, w, h, score."""
    bboxes = result.bboxes.double().numpy()
    tlwh = np.column_stack([bboxes[:, :2], bboxes[:, 2:] - bboxes[:, :2]])
    return np.column_stack(
        [np.full(len(tlwh), frame), result.instances_id, tlwh, result.scores]
    )


def ids(result):
    return result.instances_id.tolist()


@pytest.mark.parametrize('name', SEQUENCES)
def test_published_tracks(name, make_sample):
    """Identities, their order and scores are the published ones, boxes to 1e-3 px."""
    golden = np.load(GOLDEN / f'{name}.npz')
    tracker = MODELS.build(
        {'type': 'JDETracker', 'obj_score_thr': float(golden['score_thr'])}
    )
    found = []
    for t in range(int(golden['num_frames'])):
        now = golden['frame'] == t + 1
        sample = make_sample(
            golden['boxes'][now], golden['embeddings'][now], t, golden['frame_rate']
        )
        found.append(rows_of(tracker.track(data_sample=sample), t + 1))
    found, expected = np.concatenate(found), golden['tracks']
    np.testing.assert_array_equal(found[:, [0, 1, 6]], expected[:, [0, 1, 6]])
    np.testing.assert_allclose(found[:, 2:6], expected[:, 2:6], rtol=0, atol=1e-3)


@pytest.mark.parametrize('seed', range(200))
def test_equals_the_plain_tracker(seed, scene, plain_tracker, make_sample):
    """Lists and loops find the same tracks in random scenes, also in any row order."""
    rng = np.random.default_rng(seed)
    tracker, plain = JDETracker(), plain_tracker(max_lost=8)
    for t, (boxes, embeds, labels) in enumerate(scene(seed)):
        order = rng.permutation(len(boxes))
        result = tracker.track(
            make_sample(boxes[order], embeds[order], t, 8, labels[order])
        )
        found = rows_of(result, t)[:, 1:]
        expected = np.reshape(plain.step(boxes, embeds, labels), (-1, 6))
        np.testing.assert_array_equal(found[:, [0, 5]], expected[:, [0, 5]])
        np.testing.assert_allclose(found[:, 1:5], expected[:, 1:5], atol=1e-3)


@pytest.mark.parametrize(
    'options',
    [
        {'linger_expired': False},
        {'bar_refound': False},
        {'iou_plus_one': False},
        {'predict_unconfirmed': True},
        {'refresh_score': True},
        {'classes_apart': False},
        {'motion': {'type': 'KalmanFilterXYWH'}},
    ],
)
def test_every_option_matters_in_the_random_scenes(options, scene, make_sample):
    """Each changes some of the tracks there, so the comparison would notice it."""

    def run(tracker, seed):
        return np.concatenate(
            [
                rows_of(tracker.track(make_sample(boxes, embeds, t, 8, labels)), t)
                for t, (boxes, embeds, labels) in enumerate(scene(seed))
            ]
        )

    assert any(
        not np.array_equal(run(JDETracker(), seed), run(JDETracker(**options), seed))
        for seed in range(200)
    )


def test_two_crossing_people_keep_their_ids(make_sample):
    """Two people walk through each other; their embeddings tell them apart."""
    tracker = JDETracker()
    for t in range(41):
        boxes = [box(100 + 5 * t), box(300 - 5 * t, score=0.8)]
        result = tracker.track(make_sample(boxes, [ALICE, BOB], t))
    assert ids(result) == [1, 2]
    np.testing.assert_allclose(result.bboxes[:, 0], [300, 100], atol=1)


@pytest.mark.parametrize(
    ('linger_expired', 'unseen', 'same'),
    [(True, 31, True), (True, 32, False), (False, 30, True), (False, 31, False)],
)
def test_return_within_the_buffer(linger_expired, unseen, same, make_sample):
    """Unseen for the buffer a person keeps the id; published, for a frame longer."""
    tracker = JDETracker(linger_expired=linger_expired)
    empty = np.zeros((0, 8))
    for t in range(5):
        tracker.track(make_sample([box(100)], [ALICE], t))
    for t in range(5, 5 + unseen):
        assert ids(tracker.track(make_sample([], empty, t))) == []
    for t in range(5 + unseen, 8 + unseen):
        result = tracker.track(make_sample([box(100)], [ALICE], t))
    assert ids(result) == ([1] if same else [2])


def test_buffer_follows_the_frame_rate(make_sample):
    """At ten frames a second the buffer is ten frames."""
    for unseen, expected in ((10, [1]), (11, [2])):
        tracker = JDETracker(linger_expired=False)
        for t, seen in enumerate([True] * 3 + [False] * unseen + [True] * 3):
            boxes, embeds = ([box(100)], [ALICE]) if seen else ([], np.zeros((0, 8)))
            result = tracker.track(make_sample(boxes, embeds, t, frame_rate=10))
        assert ids(result) == expected


@pytest.mark.parametrize(('bar_refound', 'last'), [(True, [2]), (False, [1])])
def test_track_found_while_expired(bar_refound, last, make_sample):
    """Re-found in its one extra frame, a track is barred from being lost again."""
    tracker = JDETracker(bar_refound=bar_refound)
    frames = [True] * 3 + [False] * 31 + [True] * 2 + [False] + [True] * 2
    results = []
    for t, seen in enumerate(frames):
        boxes, embeds = ([box(100)], [ALICE]) if seen else ([], np.zeros((0, 8)))
        results.append(ids(tracker.track(make_sample(boxes, embeds, t))))
    assert results[34:36] == [[1], [1]]
    assert results[-1] == last


def test_one_frame_ghost_is_never_output(make_sample):
    """A detection that is not seen a second time never becomes a result."""
    tracker = JDETracker()
    for t in range(6):
        boxes, embeds = [box(100)], [ALICE]
        if t == 3:
            boxes, embeds = [box(100), box(500, score=0.95)], [ALICE, BOB]
        assert ids(tracker.track(make_sample(boxes, embeds, t))) == [1]


def test_scores_at_the_threshold_are_ignored(make_sample):
    """A score must exceed the threshold, not reach it."""
    tracker = JDETracker(obj_score_thr=0.5)
    boxes = [box(100, score=0.5), box(400, score=0.51)]
    result = tracker.track(make_sample(boxes, [ALICE, BOB], 0))
    np.testing.assert_allclose(result.scores, [0.51])


def test_ids_are_given_by_descending_score(make_sample):
    """Rows may come in any order; equal scores keep theirs."""
    boxes = [box(0, score=0.5), box(300, score=0.9), box(600, score=0.5)]
    result = JDETracker().track(make_sample(boxes, [ALICE, BOB, CARL], 0))
    np.testing.assert_allclose(result.bboxes[:, 0], [300, 0, 600], atol=1e-3)
    assert ids(result) == [1, 2, 3]


def test_every_video_starts_at_id_one(make_sample):
    """Frame 0, reset() and a second tracker each begin again; nothing is shared."""
    first, second = JDETracker(), JDETracker()
    sample = make_sample([box(100), box(300)], [ALICE, BOB], 0)
    later = make_sample([box(100), box(300)], [ALICE, BOB], 7)
    assert ids(first.track(sample)) == [1, 2]
    assert ids(first.track(sample)) == [1, 2]
    assert ids(second.track(sample)) == [1, 2]
    assert ids(first.track(make_sample([box(900)] * 1, [CARL], 1))) == []
    first.reset()
    assert ids(first.track(later)) == [1, 2]


def test_interleaved_trackers_do_not_touch_each_other(scene, make_sample):
    """Two videos tracked in turns give what each gives alone."""
    videos = [list(scene(seed, 25)) for seed in (2, 4)]

    def run(tracker, video, t):
        boxes, embeds, labels = video[t]
        return rows_of(tracker.track(make_sample(boxes, embeds, t, 30, labels)), t)

    trackers = [JDETracker(), JDETracker()]
    turns = [
        [run(k, v, t) for k, v in zip(trackers, videos, strict=True)] for t in range(25)
    ]
    for i, video in enumerate(videos):
        alone = JDETracker()
        for t in range(25):
            np.testing.assert_array_equal(turns[t][i], run(alone, video, t))


def test_contract_of_the_result(make_sample):
    """Fields, shapes and types are those of mmdet's trackers, also without tracks."""
    tracker = MODELS.build({'type': 'JDETracker'})
    for boxes, embeds in (([box(10), box(90)], [ALICE, BOB]), ([], np.zeros((0, 8)))):
        result = tracker.track(make_sample(boxes, embeds, 0, labels=[3] * len(boxes)))
        assert isinstance(result, InstanceData)
        assert set(result.keys()) == {'bboxes', 'scores', 'labels', 'instances_id'}
        assert result.bboxes.shape == (len(boxes), 4)
        assert result.bboxes.dtype == result.scores.dtype == torch.float32
        assert result.labels.dtype == result.instances_id.dtype == torch.int64
        assert (result.labels == 3).all()


def test_an_empty_frame_may_not_know_the_channels(make_sample):
    """Zero rows of zero channels are an empty frame before, between, after others."""
    tracker, results = JDETracker(), []
    for t, seen in enumerate([False, True, True, False, True, False]):
        boxes, embeds = ([box(100)], [ALICE]) if seen else ([], np.zeros((0, 0)))
        results.append(ids(tracker.track(make_sample(boxes, embeds, t))))
    assert results == [[], [], [1], [], [1], []]


def test_classes_stay_apart(make_sample):
    """The same box and embedding with another label is another object."""
    tracker = JDETracker()
    for t in range(4):
        label = [0] if t < 2 else [1]
        result = tracker.track(make_sample([box(100)], [ALICE], t, labels=label))
    assert (ids(result), result.labels.tolist()) == ([2], [1])


def test_classes_may_be_mixed(make_sample):
    """Labels play no part if asked for; a track has that of its last detection."""
    tracker = JDETracker(classes_apart=False)
    for t, label in enumerate([0, 1, 0, 1]):
        result = tracker.track(make_sample([box(100)], [ALICE], t, labels=[label]))
        assert (ids(result), result.labels.tolist()) == ([1], [label])


@pytest.mark.parametrize('classes_apart', [True, False])
def test_a_double_of_another_class(classes_apart, make_sample):
    """On a lost track of another class a newcomer stays, unless classes are mixed."""
    tracker = JDETracker(classes_apart=classes_apart)
    for t in range(3):
        tracker.track(make_sample([box(100)], [ALICE], t, labels=[0]))
    tracker.track(make_sample([], np.zeros((0, 8)), 3))
    for t in (4, 5):
        result = tracker.track(make_sample([box(100)], [BOB], t, labels=[1]))
    assert ids(result) == ([2] if classes_apart else [])


@pytest.mark.parametrize(('refresh_score', 'expected'), [(False, 0.9), (True, 0.6)])
def test_score_of_a_refound_track(refresh_score, expected, make_sample):
    """Published, a re-found track shows the score it was lost with, for one frame."""
    tracker = JDETracker(refresh_score=refresh_score)
    tracker.track(make_sample([box(100, score=0.9)], [ALICE], 0))
    tracker.track(make_sample([], np.zeros((0, 8)), 1))
    result = tracker.track(make_sample([box(100, score=0.6)], [ALICE], 2))
    np.testing.assert_allclose(result.scores, [expected])
    result = tracker.track(make_sample([box(100, score=0.7)], [ALICE], 3))
    np.testing.assert_allclose(result.scores, [0.7])


@pytest.mark.parametrize('predict_unconfirmed', [False, True])
def test_unconfirmed_tracks_stay_where_they_were_seen(predict_unconfirmed, make_sample):
    """Predicted once, an unconfirmed track is less certain and follows more."""
    tracker = JDETracker(predict_unconfirmed=predict_unconfirmed)
    tracker.track(make_sample([], np.zeros((0, 8)), 0))
    tracker.track(make_sample([box(100)], [ALICE], 1))
    result = tracker.track(make_sample([box(110)], [ALICE], 2))
    # Gain p / (p + 25) with p = 100, and after a prediction 100 + 39.0625 + 25.
    gain = 164.0625 / 189.0625 if predict_unconfirmed else 0.8
    np.testing.assert_allclose(result.bboxes[:, 0], [100 + 10 * gain], atol=1e-3)


@pytest.mark.parametrize(('plus_one', 'confirmed'), [(True, True), (False, False)])
def test_iou_plus_one_decides_for_tiny_boxes(plus_one, confirmed, make_sample):
    """A 4 px box that moved 2.5 px overlaps enough only with its last pixel."""
    tracker = JDETracker(iou_plus_one=plus_one)
    tracker.track(make_sample([], np.zeros((0, 8)), 0))
    for t, x in ((1, 100), (2, 102.2)):
        sample = make_sample([box(x, width=4, height=4)], [ALICE], t)
        result = tracker.track(sample)
    assert (ids(result) == [1]) is confirmed


@pytest.mark.parametrize(
    ('options', 'expected'),
    [
        ({}, [1, 2, 3]),
        ({'min_box_area': 100}, [1, 3]),
        ({'min_box_area': 99.9}, [1, 2, 3]),
        ({'max_aspect_ratio': 1.6}, [1, 2]),
        ({'max_aspect_ratio': 2.0}, [1, 2, 3]),
    ],
)
def test_output_filters(options, expected, make_sample):
    """Boxes of 4000 and 100 px, and one twice as wide as high: limits are strict."""
    boxes = [box(0), box(300, width=5, height=20), box(600, width=80, height=40)]
    embeds = [ALICE, BOB, CARL]
    tracker = JDETracker(**options)
    assert ids(tracker.track(make_sample(boxes, embeds, 0))) == expected
    assert len(tracker.tracks) == 3


@pytest.mark.parametrize('lived', [1, 6])
def test_duplicate_keeps_the_track_that_lived_longer(lived, make_sample):
    """A newcomer on a lost track disappears, also when both lived a single frame."""
    tracker = JDETracker()
    for t in range(lived):
        tracker.track(make_sample([box(100)], [ALICE], t))
    tracker.track(make_sample([], np.zeros((0, 8)), lived))
    result = tracker.track(make_sample([box(100)], [BOB], lived + 1))
    assert ids(result) == []
    assert ids(tracker.track(make_sample([box(100)], [ALICE], lived + 2))) == [1]
    assert len(tracker.tracks) == 1


def test_nothing_is_kept_of_removed_tracks(make_sample):
    """Hundreds of passers-by later the table holds only who can still return."""
    tracker = JDETracker()
    sizes = []
    for t in range(200):
        x = 150.0 * (t // 2)
        embed = np.eye(8)[t // 2 % 8]
        tracker.track(make_sample([box(x)], [embed], t, frame_rate=5))
        sizes.append(len(tracker.tracks))
    assert max(sizes) <= 6
    for t in range(200, 210):
        tracker.track(make_sample([], np.zeros((0, 8)), t, frame_rate=5))
    assert len(tracker.tracks) == 0


def test_embeddings_of_zeros_match_by_overlap(make_sample):
    """An embedding without direction resembles nothing; the box still matches."""
    tracker = JDETracker()
    for t in range(4):
        result = tracker.track(make_sample([box(100 + t)], [np.zeros(8)], t))
        assert ids(result) == [1]


def test_missing_embeddings_are_explained():
    """A detector without re-identification gets an error that says so."""
    sample = DetDataSample(metainfo={'frame_id': 0})
    sample.pred_instances = InstanceData(
        bboxes=torch.zeros(1, 4), scores=torch.ones(1), labels=torch.zeros(1)
    )
    with pytest.raises(UserInputError, match=r'embeds.*reid_head'):
        JDETracker().track(sample)


@pytest.mark.parametrize(
    ('meta', 'message'),
    [
        ({}, 'frame_id'),
        ({'frame_id': 0, 'frame_rate': 0}, 'frame_rate=0'),
        ({'frame_id': 0, 'frame_rate': float('nan')}, 'frame_rate=nan'),
    ],
)
def test_metainfo_is_checked(meta, message):
    """Without its frame index, or with a senseless rate, a frame is refused."""
    with pytest.raises(DataError, match=message):
        JDETracker().track(DetDataSample(metainfo=meta))


def test_channels_must_stay_the_same(make_sample):
    """Embeddings of another model need a reset; the tracks survive the error."""
    tracker = JDETracker()
    tracker.track(make_sample([box(100)], [ALICE], 0))
    with pytest.raises(DataError, match='16 channels'):
        tracker.track(make_sample([box(100)], [np.ones(16)], 1))
    assert ids(tracker.track(make_sample([box(100)], [ALICE], 1))) == [1]


def test_shapes_are_checked(make_sample):
    """A flat embedding is refused with the shapes that were found."""
    sample = make_sample([box(100)], [ALICE], 0)
    sample.pred_instances.embeds = torch.zeros(1)
    with pytest.raises(DataError, match=r'embeds \(N, C\)'):
        JDETracker().track(sample)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'track_buffer': -1}, 'track_buffer=-1'),
        ({'motion_weight': 1.5}, 'motion_weight=1.5'),
        ({'cost_thrs': {'reid': 0.3}}, 'reid'),
    ],
)
def test_config_is_checked(options, message):
    """Unknown thresholds and values out of range are refused by name."""
    with pytest.raises(ConfigError, match=message):
        JDETracker(**options)


def test_thresholds_are_replaced_one_by_one():
    """Naming one threshold keeps the others as published."""
    tracker = JDETracker(cost_thrs={'iou': 0.9})
    assert tracker.cost_thrs == {
        'embeds': 0.4, 'iou': 0.9, 'unconfirmed': 0.7, 'duplicate': 0.15
    }  # fmt: skip


@pytest.mark.parametrize('value', [1.5, 30, -0.1, float('nan'), '0.4', True, None])
def test_score_threshold_out_of_its_range(value):
    """A score is in [0, 1]: a threshold above finds nobody, and says no word."""
    with pytest.raises(ConfigError, match='obj_score_thr='):
        JDETracker(obj_score_thr=value)


def test_a_copy_shares_only_the_observer():
    """State of the video is copied, the observer of the caller is not."""
    tracker = JDETracker()
    tracker.observer = [].append
    copy = deepcopy(tracker)
    assert copy.observer is tracker.observer
    assert copy.lifecycle is not tracker.lifecycle
    assert vars(copy).keys() == vars(tracker).keys()
