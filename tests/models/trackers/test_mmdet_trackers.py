"""Trackers of mmdet by config, on detections of the same form as ours."""

import io
from itertools import islice
from pathlib import Path

import pytest
import torch

from fairmot_mm.apis import load_config
from fairmot_mm.models.mot.mmdet_tracker import adapt_tracker
from fairmot_mm.registry import MODELS
from fairmot_mm.synthetic import WalkingCrowd
from fairmot_mm.utils import DataError
from fairmot_mm.utils.setup_env import register_all_modules

CONFIGS = Path(__file__).parents[3] / 'configs' / 'trackers'


@pytest.mark.parametrize('name', ['bytetrack', 'ocsort', 'sort'])
def test_config_tracks_a_crowd(name):
    """Its tracker follows twenty people and keeps most identities for ten frames."""
    register_all_modules()
    cfg = load_config(CONFIGS / f'{name}.py')
    assert cfg.model.detector.type == 'JDEDetector'
    tracker = MODELS.build(cfg.model.tracker)
    extras = {'model': None, 'img': None} if name == 'sort' else {}
    ids = []
    for sample in islice(WalkingCrowd(20, ghost_rate=0, miss_rate=0), 40):
        tracks = tracker.track(data_sample=sample, **extras)
        assert {'bboxes', 'scores', 'labels', 'instances_id'} <= set(tracks.keys())
        ids.append(set(tracks.instances_id.tolist()))
    assert len(ids[-1]) > 10
    assert len(ids[-1] & ids[-10]) > len(ids[-1]) / 2


def adapted(name, **options):
    register_all_modules()
    cfg = load_config(CONFIGS / f'{name}.py').model.tracker
    return adapt_tracker(MODELS.build({**cfg, **options}))


def saved(tracker):
    """What a file of the state gives back."""
    file = io.BytesIO()
    torch.save(tracker.state_dict(), file)
    file.seek(0)
    return torch.load(file, weights_only=True)


@pytest.mark.parametrize('name', ['bytetrack', 'ocsort', 'sort'])
def test_a_loaded_tracker_goes_on_bit_by_bit(name):
    """Every later frame has the same tracks as without the break."""
    first, second = adapted(name), adapted(name)
    crowd = list(islice(WalkingCrowd(20, miss_rate=0.1), 24))
    for sample in crowd[:12]:
        first.track(sample)
    second.load_state_dict(saved(first))
    for sample in crowd[12:]:
        expected, found = first.track(sample), second.track(sample)
        assert len(expected) > 5
        for key in ('bboxes', 'scores', 'labels', 'instances_id'):
            assert torch.equal(found[key], expected[key])


def test_a_state_that_does_not_fit():
    """Other settings, another tracker and damage are refused in one line."""
    tracker = adapted('bytetrack')
    for sample in islice(WalkingCrowd(5), 3):
        tracker.track(sample)
    state = tracker.state_dict()
    with pytest.raises(DataError, match='num_frames_retain=30, and this one has 10'):
        adapted('bytetrack', num_frames_retain=10).load_state_dict(state)
    with pytest.raises(DataError, match='the state was saved by a tracker with'):
        adapted('sort').load_state_dict(state)
    for damaged in ({**state, 'tracks': 3}, {**state, 'version': 0}, {}, 'no state'):
        with pytest.raises(DataError, match='state'):
            adapted('bytetrack').load_state_dict(damaged)
