"""Whatever a frame holds, the tracker stays sound: it copes, or says what is wrong."""

import time

import numpy as np
import pytest
import torch

from fairmot_mm.models.trackers import JDETracker
from fairmot_mm.models.trackers.lifecycle import Lifecycle
from fairmot_mm.utils import DataError

NAN, INF = float('nan'), float('inf')
ALICE, BOB, CARL = np.eye(3, 8)
NOBODY = [], np.zeros((0, 8))


def box(x, y=100.0, score=0.9, width=40.0, height=100.0):
    return [x, y, x + width, y + height, score]


def ids(result):
    return result.instances_id.tolist()


def check_sound(tracker):
    """Every live track has an identity of its own and finite numbers."""
    tracks = tracker.tracks
    assert len(np.unique(tracks.ids)) == len(tracks)
    for column in (tracks.mean, tracks.cov, tracks.embeds, tracks.scores):
        assert np.isfinite(column).all()
        assert len(column) == len(tracks)


@pytest.fixture
def tracker(make_sample):
    """A tracker that knows Alice as 1 and Bob as 2 after frames 0 to 2."""
    tracker = JDETracker()
    for t in range(3):
        tracker.track(make_sample([box(100), box(400, score=0.8)], [ALICE, BOB], t))
    return tracker


def next_ids(tracker, make_sample, frame_id=1000):
    """Identities that Alice and Bob get in a good frame."""
    sample = make_sample([box(100), box(400, score=0.8)], [ALICE, BOB], frame_id)
    return ids(tracker.track(sample))


def test_nobody_for_a_thousand_frames(tracker, make_sample):
    """Everybody is forgotten after the buffer; who comes then is new."""
    for t in range(3, 1003):
        assert ids(tracker.track(make_sample(*NOBODY, t))) == []
        check_sound(tracker)
    assert len(tracker.tracks) == 0
    assert next_ids(tracker, make_sample, 1003) == []  # not confirmed yet
    assert next_ids(tracker, make_sample, 1004) == [3, 4]


def test_rows_that_are_not_finite_are_ignored(make_sample):
    """NaN or infinity in a box, score or embedding drops that row and no other."""
    tracker = JDETracker()
    good = box(100)
    bad = [
        box(NAN), box(INF), box(300, score=NAN), box(500, width=INF), box(700),
        box(-3e38, width=3.1e38 * 2), box(900, score=INF), box(950),
    ]  # fmt: skip
    embeds = [BOB] * 4 + [[NAN] * 8, CARL, CARL, [-INF] + [0] * 7]
    for t in range(4):
        result = tracker.track(make_sample([*bad, good], [*embeds, ALICE], t))
        assert ids(result) == [1]
        np.testing.assert_allclose(result.bboxes[0], good[:4], atol=1e-3)
        check_sound(tracker)


def test_a_frame_of_nothing_but_nan(tracker, make_sample):
    """It is a frame without detections: tracks are lost and found again."""
    sample = make_sample(np.full((5, 5), NAN), np.full((5, 8), NAN), 3)
    assert ids(tracker.track(sample)) == []
    check_sound(tracker)
    assert next_ids(tracker, make_sample) == [1, 2]


def test_boxes_without_area_are_ignored(tracker, make_sample):
    """Zero or negative width or height cannot be followed."""
    boxes = [box(0, width=0), box(0, height=0), box(0, width=-5), box(100)]
    result = tracker.track(make_sample(boxes, [CARL, CARL, CARL, ALICE], 3))
    assert ids(result) == [1]
    check_sound(tracker)
    assert next_ids(tracker, make_sample) == [1, 2]


def test_extreme_boxes_stay_finite(tracker, make_sample):
    """Boxes of a millionth of a pixel, or as far away as a float reaches."""
    boxes = [
        box(0, width=1e-6, height=1e-6), box(5, width=1e-6, height=900),
        box(0, width=900, height=1e-6), box(1e30, width=1e30, height=1e30),
    ]  # fmt: skip
    for t in range(3, 9):
        tracker.track(make_sample(boxes, np.eye(4, 8)[::-1], t))
        check_sound(tracker)
    assert next_ids(tracker, make_sample) == [1, 2]


@pytest.mark.parametrize('same_look', [True, False])
def test_identical_boxes(same_look, make_sample):
    """A hundred equal boxes stay a hundred tracks, each its own id."""
    tracker = JDETracker()
    embeds = np.eye(100) if not same_look else np.ones((100, 8))
    for t in range(4):
        result = tracker.track(make_sample([box(100)] * 100, embeds, t))
        assert sorted(ids(result)) == list(range(1, 101))
        check_sound(tracker)
    assert ids(tracker.track(make_sample([], embeds[:0], 4))) == []
    result = tracker.track(make_sample([box(100)] * 50, embeds[:50], 5))
    assert len(set(ids(result))) == 50
    check_sound(tracker)


def test_five_thousand_detections(make_sample):
    """A frame full of noise is tracked like any other, soon, and forgotten again."""
    rng = np.random.default_rng(0)
    corner, size = rng.uniform(0, 6000, (5000, 2)), np.array([20, 50])
    embeds = rng.standard_normal((5000, 8))
    score = rng.uniform(0.5, 1, (5000, 1))
    tracker = JDETracker()
    before = time.process_time()
    for t in range(3):
        corner += rng.normal(0, 1, (5000, 2))
        boxes = np.column_stack([corner, corner + size, score])
        result = tracker.track(make_sample(boxes, embeds, t))
        check_sound(tracker)
    assert time.process_time() - before < 10
    assert len(result) > 4900
    for t in range(3, 40):
        result = tracker.track(make_sample([box(-500)], [ALICE], t))
    assert len(tracker.tracks) == 1


def test_frame_numbers_that_jump_ahead(tracker, make_sample):
    """Frames count by calls, as published: a gap in the numbers changes nothing."""
    assert next_ids(tracker, make_sample, 50_000) == [1, 2]
    assert next_ids(tracker, make_sample, 10**12) == [1, 2]


@pytest.mark.parametrize('frame_id', [1, 2, -1, NAN, 2.5, None, 'three'])
def test_frame_numbers_out_of_order_are_refused(frame_id, tracker, make_sample):
    """Going back, standing still, or no number: an error, and nothing has happened."""
    with pytest.raises(DataError, match='frame_id'):
        next_ids(tracker, make_sample, frame_id)
    check_sound(tracker)
    assert next_ids(tracker, make_sample, 3) == [1, 2]


def test_frames_of_another_size(tracker, make_sample):
    """Half way the video doubles its width: tracks are carried over and go on."""

    def frame(t, shape, factors):
        boxes = np.array([box(100 + 4 * t), box(400 - 4 * t, score=0.8)])
        boxes[:, :4] *= np.tile(factors, 2)
        sample = make_sample(boxes, [ALICE, BOB], t)
        sample.set_metainfo({'ori_shape': shape})
        return sample

    for t in range(20):
        tracker.track(frame(t, (480, 640), [1, 1]))
    velocity = tracker.tracks.mean[:, 4]
    result = tracker.track(frame(20, (720, 1280), [2, 1.5]))
    assert ids(result) == [1, 2]
    np.testing.assert_allclose(result.bboxes[:, 0], [360, 640], atol=1)
    np.testing.assert_allclose(result.bboxes[:, 3], [300, 300], atol=1)
    np.testing.assert_allclose(tracker.tracks.mean[:, 4], 2 * velocity, rtol=0.1)
    check_sound(tracker)
    # A frame that does not say its size has that of the last one.
    sample = frame(21, (720, 1280), [2, 1.5])
    sample.set_metainfo({'ori_shape': (0, 0)})
    assert ids(tracker.track(sample)) == [1, 2]


def broken(sample, name, value):
    setattr(sample.pred_instances, name, value)
    return sample


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('embeds', torch.ones(2, 16)),
        ('embeds', torch.ones(2)),
        ('bboxes', torch.ones(2, 5)),
        ('scores', torch.ones(2, 1)),
        ('labels', torch.ones(2, 1)),
    ],
)
def test_wrong_shapes_leave_the_tracker_as_it_was(name, value, tracker, make_sample):
    """Whatever is refused, the next good frame goes on as if it had not been there."""
    sample = make_sample([box(100), box(400)], [ALICE, BOB], 3)
    with pytest.raises(DataError, match=r'N,|channels'):
        tracker.track(broken(sample, name, value))
    check_sound(tracker)
    assert next_ids(tracker, make_sample, 3) == [1, 2]


@pytest.mark.parametrize('frame_id', [0, 3])
@pytest.mark.parametrize('step', ['predict', 'update', 'start', 'without_duplicates'])
def test_a_failure_in_any_step_changes_nothing(
    step, frame_id, tracker, make_sample, monkeypatch
):
    """Out of memory half way, or stopped by the user: the frame can be tried again."""

    def fail(*_):
        raise MemoryError

    before = tracker.tracks.copy()
    with monkeypatch.context() as patch:
        patch.setattr(Lifecycle, step, fail)
        with pytest.raises(MemoryError):
            next_ids(tracker, make_sample, frame_id)
    for name, column in vars(before).items():
        np.testing.assert_array_equal(getattr(tracker.tracks, name), column)
    assert next_ids(tracker, make_sample, 3) == [1, 2]


@pytest.mark.parametrize('call', ['track', 'coast'])
def test_a_failure_leaves_the_parts_as_they_were(call, make_sample, monkeypatch):
    """What a gallery has learned, or given away, in the failed frame is undone."""
    tracker = JDETracker(gallery={'type': 'ReentryGallery'}, track_buffer=2)
    for t in range(3):
        tracker.track(make_sample([box(100)], [ALICE], t))
    for t in range(3, 6):
        tracker.track(make_sample(*NOBODY, t))
    assert len(tracker.parts.gallery) == 0

    def fail(*_):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(JDETracker, '_pack_output', fail)
        with pytest.raises(MemoryError):
            getattr(tracker, call)(make_sample(*NOBODY, 6))
        with pytest.raises(MemoryError):
            tracker.track(make_sample([box(100)], [BOB], 0))
    assert len(tracker.parts.gallery) == 0
    tracker.track(make_sample(*NOBODY, 6))
    assert len(tracker.parts.gallery) == 1
    for t in range(7, 9):
        result = tracker.track(make_sample([box(500)], [ALICE], t))
    assert ids(result) == [1]


def test_arrays_of_numpy_are_taken(make_sample):
    """A detector outside torch gives the same tracks; what is no number is refused."""
    found = []
    for convert in (lambda tensor: tensor, lambda tensor: tensor.numpy()):
        tracker = JDETracker()
        for frame in range(3):
            sample = make_sample([box(100), box(400)], [ALICE, BOB], frame)
            people = sample.pred_instances
            for name, value in people.items():
                people[name] = convert(value)
            tracks = tracker.track(sample)
        found.append((ids(tracks), tracks.bboxes.tolist()))
    assert found[0] == found[1]
    sample = make_sample([box(100), box(400)], [ALICE, BOB], 3)
    sample.pred_instances.scores = [0.9, 0.8]
    with pytest.raises(DataError, match=r'scores is a list; it must be a tensor'):
        tracker.track(sample)
    check_sound(tracker)


@pytest.mark.parametrize(
    ('key', 'value'),
    [
        ('frame_rate', '25'),
        ('frame_rate', NAN),
        ('frame_rate', True),
        ('timestamp', '1'),
        ('timestamp', -1),
        ('timestamp', INF),
    ],
)
def test_times_that_cannot_be_used(key, value, tracker, make_sample):
    """The value is named; nothing is rounded or guessed."""
    sample = make_sample([box(100)], [ALICE], 3)
    sample.set_metainfo({key: value})
    with pytest.raises(DataError, match=f'{key}={value!r}'):
        tracker.track(sample)


@pytest.mark.parametrize(('pause', 'survives'), [(0.8, True), (1.4, False)])
def test_a_pause_counts_in_seconds(pause, survives, make_sample):
    """A track is kept for a second (30 frames at 30), however few frames that are."""
    tracker = JDETracker(linger_expired=False)
    for frame, second in enumerate(
        [0.0, 0.1, 0.2, 0.2 + pause, 0.3 + pause, 0.4 + pause]
    ):
        seen = frame not in (3, 4) if survives else frame != 3
        sample = make_sample(
            [box(100)] if seen else [], [ALICE] if seen else np.zeros((0, 8)), frame
        )
        sample.set_metainfo({'timestamp': second})
        tracks = tracker.track(sample)
    assert ids(tracks) == ([1] if survives else [2])


def test_times_of_a_regular_video_change_nothing(make_sample, scene):
    """Time stamps at the frame rate give the published result, digit for digit."""
    plain, timed = JDETracker(), JDETracker()
    for frame, (boxes, embeds, _) in enumerate(scene(seed=1)):
        expected = plain.track(make_sample(boxes, embeds, frame))
        sample = make_sample(boxes, embeds, frame)
        sample.set_metainfo({'timestamp': frame / 30})
        found = timed.track(sample)
        assert ids(found) == ids(expected)
        assert found.bboxes.tolist() == expected.bboxes.tolist()


def test_three_thousand_boxes_in_one_place(make_sample):
    """Equal boxes, with equal looks, take about a second a frame and stay apart."""
    tracker = JDETracker()
    for t in range(3):
        before = time.process_time()
        result = tracker.track(make_sample([box(100)] * 3000, np.ones((3000, 8)), t))
        assert len(set(ids(result))) == 3000
    assert time.process_time() - before < 5
