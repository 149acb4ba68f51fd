from itertools import islice

import pytest

from fairmot_mm.models import JDETracker
from fairmot_mm.models.mot import MMDetTracker, adapt_tracker
from fairmot_mm.registry import MODELS
from fairmot_mm.synthetic import WalkingCrowd
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.tracker import Tracker

SORT = dict(type='SORTTracker', motion=dict(type='KalmanFilter'), reid=None)


def test_a_tracker_of_mmdet_becomes_a_tracker():
    """SORT, which asks for the model and the image, is called like any other."""
    tracker = adapt_tracker(MODELS.build(SORT))
    assert isinstance(tracker, MMDetTracker)
    assert isinstance(tracker, Tracker)
    crowd = WalkingCrowd(5, ghost_rate=0, miss_rate=0)
    found = [len(tracker.track(sample)) for sample in islice(crowd, 8)]
    assert found[-1] > 0
    tracker.reset()
    assert tracker.tracker.empty


def test_it_cannot_coast():
    """mmdet's trackers need the detections of every frame and say so."""
    with pytest.raises(ConfigError, match='SORTTracker needs the detections'):
        adapt_tracker(MODELS.build(SORT)).coast(None)


def test_ours_stays_as_it_is():
    """A tracker that keeps the contract is not wrapped."""
    tracker = JDETracker()
    assert adapt_tracker(tracker) is tracker


def test_what_is_no_tracker_is_refused():
    """The missing methods are named."""

    class HalfTracker:
        def track(self, data_sample, img=None):
            """Follow a frame."""

    with pytest.raises(ConfigError, match='HalfTracker lacks reset, coast'):
        adapt_tracker(HalfTracker())
