import sys

import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.exports import TrackCounter, from_supervision, to_supervision
from fairmot_mm.utils import ConfigError, DataError

sv = pytest.importorskip('supervision')


@pytest.fixture
def sample():
    """Two tracks among five raw detections."""
    return DetDataSample(
        pred_instances=InstanceData(
            bboxes=torch.rand(5, 4), scores=torch.rand(5), labels=torch.zeros(5).long()
        ),
        pred_track_instances=InstanceData(
            bboxes=torch.tensor([[1.0, 2, 11, 22], [5, 5, 9, 9]]),
            scores=torch.tensor([0.75, 0.5]),
            labels=torch.tensor([1, 0]),
            instances_id=torch.tensor([7, 3]),
        ),
    )


def test_there_and_back(sample):
    """Tracks, not raw detections, with every field; and the same tracks again."""
    detections = to_supervision(sample, ('person', 'car'))
    assert detections.xyxy.tolist() == [[1, 2, 11, 22], [5, 5, 9, 9]]
    assert detections.tracker_id.tolist() == [7, 3]
    assert detections.class_id.tolist() == [1, 0]
    assert detections.confidence.tolist() == [0.75, 0.5]
    assert detections['class_name'].tolist() == ['car', 'person']
    back = from_supervision(detections, {'frame_id': 4})
    assert back.frame_id == 4
    tracks = back.pred_track_instances
    for key, value in sample.pred_track_instances.items():
        assert tracks[key].dtype == value.dtype
        assert (tracks[key] == value).all()


def test_no_track(sample):
    """A frame without tracks is one in supervision too, and comes back as one."""
    sample.pred_track_instances = sample.pred_track_instances[:0]
    detections = to_supervision(sample)
    assert len(detections) == 0
    assert detections.tracker_id is not None
    assert len(from_supervision(sv.Detections.empty()).pred_track_instances) == 0


def test_without_supervision(sample, monkeypatch):
    """One line says what to install."""
    monkeypatch.setitem(sys.modules, 'supervision', None)
    with pytest.raises(ConfigError, match=r'pip install "fairmot_mm\[supervision\]"'):
        to_supervision(sample)
    with pytest.raises(ConfigError, match='counting at lines and zones'):
        TrackCounter([((0, 0), (5, 5))])


def test_what_cannot_be_used(sample):
    """A sample before tracking, a class without a name, detections without tracks."""
    with pytest.raises(DataError, match='class 1, and classes has 1 names'):
        to_supervision(sample, ('person',))
    del sample.pred_track_instances
    with pytest.raises(DataError, match='no pred_track_instances'):
        to_supervision(sample)
    with pytest.raises(DataError, match='the detections have no tracker_id'):
        from_supervision(sv.Detections(np.ones((1, 4))))
