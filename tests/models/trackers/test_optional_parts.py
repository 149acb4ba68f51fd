"""What the optional parts of a tracker do, and that they do nothing when left out."""

import numpy as np
import pytest
import torch

from fairmot_mm.models.trackers.jde_tracker import JDETracker
from fairmot_mm.utils import DataError

ALICE, BOB, CARL = np.eye(3, 8)
NOBODY = np.zeros((0, 8))
FLOW = dict(type='SparseFlowMotion', downscale=1)


def box(x, y=100.0, score=0.9, width=40.0, height=100.0):
    return [x, y, x + width, y + height, score]


def ids(result):
    return result.instances_id.tolist()


def wall_at(shift, size=(240, 480)):
    """View (1, 3, h, w) of a wall that lies ``shift`` pixels further right."""
    rng = np.random.default_rng(0)
    wall = np.kron(rng.random((60, 250)), np.ones((8, 8)))
    view = np.roll(wall, shift, axis=1)[: size[0], 500 : 500 + size[1]]
    return torch.from_numpy(view.astype(np.float32)).expand(1, 3, *view.shape)


def walk(tracker, make_sample, frames, first=0, frame_rate=30, step=1):
    """Hand over frames, each a list of (box, embedding); returns the ids of each."""
    found = []
    for t, people in enumerate(frames):
        boxes, embeds = [p[0] for p in people], [p[1] for p in people]
        sample = make_sample(
            boxes, np.reshape(embeds, (-1, 8)), first + t * step, frame_rate
        )
        found.append(ids(tracker.track(sample)))
    return found


def test_tracks_follow_the_camera(make_sample):
    """Lost during a pan that stops and turns, two embed-alikes keep their ids.

    Without compensation their tracks run on with the speed of the pan.
    """
    shifts = [*range(0, 60, 10), *range(50, -100, -15)]
    found = {}
    for part in (None, FLOW):
        tracker = JDETracker(camera_motion=part)
        for t, shift in enumerate(shifts):
            seen = t < 6 or t >= len(shifts) - 3
            boxes = [box(160 + shift), box(260 + shift, score=0.8)] if seen else []
            embeds = [ALICE, ALICE] if seen else NOBODY
            result = tracker.track(make_sample(boxes, embeds, t), wall_at(shift))
        found[part is not None] = ids(result)
    assert found[True] == [1, 2]
    assert found[False] != [1, 2]


def test_unconfirmed_tracks_follow_the_camera_too(make_sample):
    """Born in a pan, a person is confirmed although the boxes do not overlap."""
    found = {}
    for part in (None, FLOW):
        tracker = JDETracker(camera_motion=part)
        for t in range(4):
            boxes = [box(100 + 22 * t, width=20)] if t else []
            sample = make_sample(boxes, [ALICE] if t else NOBODY, t)
            result = tracker.track(sample, wall_at(22 * t))
        found[part is not None] = ids(result)
    assert found == {True: [1], False: []}


def test_camera_motion_needs_the_image(make_sample):
    """Without an image there is an error, and the tracks stay as they were."""
    tracker = JDETracker(camera_motion=FLOW)
    tracker.track(make_sample([box(100)], [ALICE], 0), wall_at(0))
    before = tracker.tracks
    with pytest.raises(DataError, match='needs the image of every frame'):
        tracker.track(make_sample([box(100)], [ALICE], 1))
    assert tracker.tracks is before


def leave_and_return(tracker, make_sample, gone=40, embed=ALICE):
    """Alice is seen for 5 frames, is gone, and comes back elsewhere, as Bob stays."""
    bob = (box(400), BOB)
    frames = [[(box(100), ALICE), bob]] * 5 + [[bob]] * gone
    frames += [[(box(1500), embed), bob]] * 4
    return walk(tracker, make_sample, frames)


def test_who_returns_after_the_buffer_is_recognised(make_sample):
    """With a gallery Alice is 1 again from the first frame she is shown in."""
    gallery = dict(type='ReentryGallery')
    with_gallery = leave_and_return(JDETracker(gallery=gallery), make_sample)
    without = leave_and_return(JDETracker(), make_sample)
    assert with_gallery[-4:] == [[2], [2, 1], [2, 1], [2, 1]]
    assert [sorted(found) for found in without[-3:]] == [[2, 3]] * 3
    assert with_gallery[:-4] == without[:-4]


def test_a_stranger_stays_a_stranger(make_sample):
    """Carl does not get Alice's identity."""
    tracker = JDETracker(gallery=dict(type='ReentryGallery'))
    assert 3 in leave_and_return(tracker, make_sample, embed=CARL)[-1]


def test_within_the_buffer_the_gallery_is_not_asked(make_sample):
    """A lost track lives: its identity is not given to a second one."""
    tracker = JDETracker(gallery=dict(type='ReentryGallery'))
    found = leave_and_return(tracker, make_sample, gone=20)
    assert 1 not in found[-1]


@pytest.mark.parametrize('seed', range(6))
def test_no_identity_belongs_to_two_tracks(seed, scene, make_sample):
    """In random scenes with a gallery that recalls readily, live ids are unique."""
    gallery = dict(type='ReentryGallery', cosine_thr=0.9, margin=0)
    tracker = JDETracker(track_buffer=3, gallery=gallery)
    recalled = 0
    for t, (boxes, embeds, labels) in enumerate(scene(seed)):
        tracker.track(make_sample(boxes, embeds, t, labels=labels))
        live = tracker.tracks.ids
        assert len(np.unique(live)) == len(live)
        born = tracker.tracks.start_frames
        recalled += np.count_nonzero(born[np.argsort(live)] != np.sort(born))
    assert recalled > 0


def test_a_new_video_knows_nobody(make_sample):
    """Frame 0 empties the gallery."""
    tracker = JDETracker(gallery=dict(type='ReentryGallery'))
    walk(tracker, make_sample, [[(box(100), ALICE)]] * 3 + [[]] * 40)
    assert len(tracker.parts.gallery) == 1
    walk(tracker, make_sample, [[]])
    assert len(tracker.parts.gallery) == 0


def test_walkers_in_slow_video_are_confirmed_and_followed(make_sample):
    """At 3 frames a second nobody overlaps with the last box of their own."""
    alice = [(box(100 + 55 * t), ALICE) for t in range(9)]
    bob = [(box(600 - 55 * t, y=400), BOB) for t in range(9)]
    frames = [[]] + [list(people) for people in zip(alice, bob, strict=True)]
    slow = JDETracker(low_frame_rate=dict(type='LowFrameRate'))
    assert walk(slow, make_sample, frames, frame_rate=3)[2:] == [[1, 2]] * 8
    published = walk(JDETracker(), make_sample, frames, frame_rate=3)
    assert published[2:] == [[]] * 8


def test_overlap_alone_is_no_evidence_in_slow_video(make_sample):
    """Carl stands where Alice stood a second ago: he is somebody else."""
    frames = [[(box(100), ALICE)]] * 3 + [[(box(100), CARL)]] * 2
    slow = JDETracker(low_frame_rate=dict(type='LowFrameRate'))
    assert walk(slow, make_sample, frames, frame_rate=1)[-1] == [2]
    assert walk(JDETracker(), make_sample, frames, frame_rate=1)[-1] == [1]


@pytest.mark.parametrize('seed', range(4))
def test_nothing_changes_at_full_rate(seed, scene, make_sample):
    """At 30 frames a second the low-frame-rate mode gives the same tracks."""
    slow, plain = JDETracker(low_frame_rate=dict(type='LowFrameRate')), JDETracker()
    for t, (boxes, embeds, labels) in enumerate(scene(seed)):
        sample = make_sample(boxes, embeds, t, labels=labels)
        assert ids(slow.track(sample)) == ids(plain.track(sample))


@pytest.mark.parametrize(('last_seen', 'same'), [(2, True), (40, False)])
def test_a_gap_in_the_numbers_is_time(last_seen, same, make_sample):
    """Numbers that jump by 38 end what was lost; without the mode calls count."""
    for part, expected in ((dict(type='LowFrameRate'), same), (None, True)):
        tracker = JDETracker(low_frame_rate=part, linger_expired=False)
        walk(tracker, make_sample, [[(box(100), ALICE)]] * 2)
        walk(tracker, make_sample, [[]], first=last_seen)
        people = [[(box(100), ALICE)]] * 2
        found = walk(tracker, make_sample, people, first=last_seen + 1)
        assert found[-1] == ([1] if expected else [2])


def test_coasting_moves_tracks_by_their_motion(make_sample):
    """Two of three frames pass unseen; the walker is where she would be, same id."""
    tracker = JDETracker()
    for t in range(40):
        if t % 3 == 0 or t < 6:
            result = tracker.track(make_sample([box(100 + 4 * t)], [ALICE], t))
        else:
            result = tracker.coast(make_sample([], NOBODY, t))
        assert ids(result) == [1]
    np.testing.assert_allclose(result.bboxes[0, 0], 100 + 4 * 39, atol=2)


def test_coasting_loses_nobody_but_time_passes(make_sample):
    """A tracked person survives a long coast; one already lost expires in it."""
    tracker = JDETracker(linger_expired=False)
    walk(tracker, make_sample, [[(box(100), ALICE), (box(300), BOB)]] * 3)
    walk(tracker, make_sample, [[(box(100), ALICE)]], first=3)
    for t in range(4, 40):
        assert ids(tracker.coast(make_sample([], NOBODY, t))) == [1]
    people = [[(box(100), ALICE), (box(300), BOB)]] * 2
    assert walk(tracker, make_sample, people, first=40)[-1] == [1, 3]


def test_coasting_from_the_start(make_sample):
    """A video may begin unseen, and frame 0 starts anew there, too."""
    tracker = JDETracker()
    walk(tracker, make_sample, [[(box(100), ALICE)]] * 3)
    assert ids(tracker.coast(make_sample([], NOBODY, 0))) == []
    assert walk(tracker, make_sample, [[(box(100), ALICE)]] * 2, first=1) == [[], [1]]


def test_coasting_follows_the_camera(make_sample):
    """In a coasted frame the camera pans on, and the tracks with it."""
    tracker = JDETracker(camera_motion=FLOW)
    for t in range(3):
        tracker.track(make_sample([box(160)], [ALICE], t), wall_at(0))
    result = tracker.coast(make_sample([], NOBODY, 3), wall_at(20))
    np.testing.assert_allclose(result.bboxes[0, 0], 180, atol=1)


def test_after_coasting_appearance_comes_first(make_sample):
    """Seen every tenth frame, people are confirmed by their embeddings."""
    tracker = JDETracker(low_frame_rate=dict(type='LowFrameRate'))
    tracker.track(make_sample([], NOBODY, 0))
    for t in range(1, 42):
        if t % 10 == 1:
            result = tracker.track(make_sample([box(100 + 5 * t)], [ALICE], t))
        else:
            tracker.coast(make_sample([], NOBODY, t))
    assert ids(result) == [1]


def test_the_exact_rate_sets_the_time_between_frames(make_sample):
    """At 7.5 frames a second a step is four frames at 30, not 3.75 as at 8."""
    seen = []

    def steps(sample):
        tracker = JDETracker(low_frame_rate=dict(type='LowFrameRate'))
        part = tracker.parts.low_frame_rate
        for frame_id in range(2):
            one = make_sample([box(100)], [ALICE], frame_id, frame_rate=8)
            one.set_metainfo(sample)
            tracker.track(one)
        seen.append(part.step(tracker._video.last.exact_rate, 1))
        return tracker

    assert steps({'exact_frame_rate': 7.5}).max_lost(8) == 8
    steps({})
    assert seen == [4.0, 3.75]


def test_times_of_frames_are_counted_at_the_exact_rate(make_sample):
    """Ten seconds at 7.5 frames a second are 75 frames; at 8 they would be 80."""
    tracker = JDETracker(track_buffer=30)
    for frame_id in range(120):
        people = [box(100)] if frame_id in (0, 110) else []
        embeds = [ALICE] * len(people) if people else NOBODY
        sample = make_sample(people, embeds, frame_id, frame_rate=8)
        sample.set_metainfo({'exact_frame_rate': 7.5, 'timestamp': frame_id / 7.5})
        tracker.track(sample)
    assert tracker._video.num_frames == 120
