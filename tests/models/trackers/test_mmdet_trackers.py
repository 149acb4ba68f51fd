"""Trackers of mmdet by config, on detections of the same form as ours."""

from itertools import islice
from pathlib import Path

import pytest

from fairmot_mm.apis import load_config
from fairmot_mm.registry import MODELS
from fairmot_mm.synthetic import WalkingCrowd
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
