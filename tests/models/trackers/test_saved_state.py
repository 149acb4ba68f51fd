"""A tracker that goes on where another one was saved."""

import io
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch

from fairmot_mm.config.load_config import load_config
from fairmot_mm.models.trackers.jde_tracker import JDETracker
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import ConfigError, DataError
from fairmot_mm.utils.tracker import Stateful

CONFIGS = Path(__file__).parents[3] / 'configs/trackers'
NUM_FRAMES, NUM_PEOPLE = 24, 5


def jde_settings():
    """The tracker configs that build a JDETracker, and one with all optional parts."""
    found = {'published': dict(type='JDETracker')}
    for path in sorted(CONFIGS.glob('*.py')):
        tracker = load_config(path).model.tracker.to_dict()
        if tracker['type'] == 'JDETracker':
            found[path.stem] = tracker
    found['all_parts'] = dict(
        type='JDETracker',
        recent_embeds=3,
        low_score=dict(type='LowScoreAssociation'),
        camera_motion=dict(type='SparseFlowMotion', downscale=1),
        gallery=dict(type='ReentryGallery'),
        low_frame_rate=dict(type='LowFrameRate'),
        track_buffer=4,
    )
    found['ecc'] = dict(type='JDETracker', camera_motion=dict(type='ECCMotion'))
    return found


SETTINGS = jde_settings()


def frames(make_sample, rng):
    """People who walk, leave for a while and return; some detections are weak."""
    embeds = rng.normal(size=(NUM_PEOPLE, 8))
    embeds /= np.linalg.norm(embeds, axis=1, keepdims=True)
    wall = np.kron(rng.random((60, 120)), np.ones((4, 4))).astype(np.float32)
    for t in range(NUM_FRAMES):
        seen = [k for k in range(NUM_PEOPLE) if (t + 5 * k) % 17 > 5]
        boxes = [
            [20 + 60 * k + t, 60.0, 50 + 60 * k + t, 140.0, rng.uniform(0.2, 1)]
            for k in seen
        ]
        image = torch.from_numpy(np.roll(wall, t, 1))[:192, :400]
        yield (
            make_sample(boxes, embeds[seen].reshape(-1, 8), t),
            image.expand(1, 3, *image.shape),
        )


def saved(tracker):
    """What a file of the state gives back."""
    file = io.BytesIO()
    torch.save(tracker.state_dict(), file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def same(left, right):
    names = left.keys()
    return names == right.keys() and all(
        torch.equal(left.get(name), right.get(name)) for name in names
    )


@pytest.mark.parametrize('name', SETTINGS)
@pytest.mark.parametrize('stop', [0, 10, 17])
def test_a_loaded_tracker_goes_on_bit_by_bit(make_sample, name, stop):
    """Every later frame has the same tracks as without the break."""
    first, second = (MODELS.build(deepcopy(SETTINGS[name])) for _ in range(2))
    inputs = list(frames(make_sample, np.random.default_rng(3)))
    for sample, image in inputs[:stop]:
        first.track(sample, image)
    second.load_state_dict(saved(first))
    some = 0
    for sample, image in inputs[stop:]:
        expected = first.track(sample, image)
        assert same(second.track(sample, image), expected)
        some += len(expected)
    assert some > 5


def test_a_state_does_not_change_any_more(make_sample):
    """The tracker may go on after its state was taken."""
    tracker = JDETracker()
    inputs = list(frames(make_sample, np.random.default_rng(3)))
    for sample, _ in inputs[:10]:
        tracker.track(sample)
    state = tracker.state_dict()
    before = deepcopy(state)
    for sample, _ in inputs[10:]:
        tracker.track(sample)
    columns = state['video']['tracks']
    assert all(torch.equal(columns[k], v) for k, v in before['video']['tracks'].items())


def started(make_sample, **settings):
    tracker = JDETracker(**settings)
    for sample, image in list(frames(make_sample, np.random.default_rng(3)))[:12]:
        tracker.track(sample, image)
    return tracker


@pytest.mark.parametrize(
    ('settings', 'message'),
    [
        (dict(track_buffer=60), r'track_buffer=30, and this one has 60'),
        (dict(motion=dict(type='KalmanFilterXYWH')), 'motion=None'),
        (dict(gallery=dict(type='ReentryGallery')), 'gallery=None'),
        (dict(obj_score_thr=0.5), r'obj_score_thr=0\.4'),
    ],
)
def test_other_settings_are_refused(make_sample, settings, message):
    """The message names the first difference; the tracker stays as it was."""
    other = JDETracker(**settings)
    with pytest.raises(DataError, match=message):
        other.load_state_dict(started(make_sample).state_dict())
    assert other.tracks is None


def without_a_column(state):
    del state['video']['tracks']['mean']


def shorter_column(state):
    state['video']['tracks']['ids'] = state['video']['tracks']['ids'][:-1]


def another_type(state):
    state['video']['tracks']['scores'] = state['video']['tracks']['scores'].double()


def no_tensor(state):
    state['video']['tracks']['embeds'] = 'embeds'


def negative_count(state):
    state['video']['num_ids'] = -1


def short_last(state):
    state['video']['last'] = [3]


def other_version(state):
    state['version'] = 0


def no_video(state):
    del state['video']


def damaged_gallery(state):
    state['parts']['gallery']['ids'] = torch.ones(5, dtype=torch.long)


def lost_gallery(state):
    del state['parts']['gallery']


@pytest.mark.parametrize(
    'damage',
    [
        without_a_column,
        shorter_column,
        another_type,
        no_tensor,
        negative_count,
        short_last,
        other_version,
        no_video,
        damaged_gallery,
        lost_gallery,
    ],
)
def test_damaged_states_are_refused(make_sample, damage):
    """One line says so, and the tracker stays as it was."""
    settings = dict(gallery=dict(type='ReentryGallery'))
    state = deepcopy(started(make_sample, **settings).state_dict())
    damage(state)
    other = JDETracker(**settings)
    with pytest.raises(DataError, match='state') as refused:
        other.load_state_dict(state)
    assert '\n' not in str(refused.value)
    assert other.tracks is None
    with pytest.raises(DataError, match='state'):
        other.load_state_dict('no state')


class OwnGallery:
    """A part of a user that cannot be saved."""

    def reset(self):
        pass


def test_a_part_that_cannot_be_saved(make_sample):
    """It is named, instead of a state without its memory."""
    tracker = JDETracker(gallery=dict(type='ReentryGallery'))
    tracker.parts._memories['gallery'] = OwnGallery()
    with pytest.raises(ConfigError, match=r'tracker\.gallery: OwnGallery lacks'):
        tracker.state_dict()


def test_trackers_that_can_be_saved():
    """JDETracker is one, with every part that has a memory."""
    tracker = MODELS.build(deepcopy(SETTINGS['all_parts']))
    assert isinstance(tracker, Stateful)
    assert set(tracker.state_dict()['parts']) == {'camera_motion', 'gallery'}


@pytest.mark.parametrize('name', ['published', 'likelihood'])
def test_a_short_break_keeps_identities(make_sample, name):
    """Five seconds without a frame: who is still there keeps the identity.

    The clock of the tracker moves on by the break: who was lost before it ends.
    """
    tracker = MODELS.build(deepcopy(SETTINGS[name]))
    embeds = np.eye(3, 8)
    boxes = [[50.0 + 80 * k, 60, 90 + 80 * k, 160, 0.9] for k in range(3)]
    for t, seconds in enumerate([*np.arange(10) / 10, *(6 + np.arange(3) / 10)]):
        here = 2 if t in (8, 9, 10, 11) else 3  # the third person is lost at the break
        sample = make_sample(boxes[:here], embeds[:here], t)
        sample.set_metainfo({'timestamp': float(seconds)})
        result = tracker.track(sample)
    ids = result.instances_id.tolist()
    assert ids[:2] == [1, 2]
    assert 3 not in ids
    assert tracker.tracks.last_frames.max() == round(6.2 * 30) + 1
