import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.exports import TrackedFrame
from fairmot_mm.utils import DataError


def test_a_result_of_the_inferencer():
    """Time, size and boxes come from the sample; a time stamp comes before the rate."""
    info = dict(
        frame_id=6,
        frame_number=9,
        ori_shape=(80, 100),
        exact_frame_rate=12.0,
        img_path='a.jpg',
        timestamp=None,
    )
    tracks = InstanceData(
        bboxes=torch.tensor([[1.0, 2, 4, 8]]),
        scores=torch.tensor([0.5]),
        labels=torch.tensor([1]),
        instances_id=torch.tensor([3]),
    )
    sample = DetDataSample(metainfo=info, pred_track_instances=tracks)
    frame = TrackedFrame.from_sample(sample)
    assert (frame.number, frame.index, frame.time) == (9, 6, 0.5)
    assert (frame.size, frame.image, len(frame)) == ((100, 80), 'a.jpg', 1)
    assert frame.tlwh.tolist() == [[1, 2, 3, 6]]
    assert frame.xyxy.tolist() == [[1, 2, 4, 8]]
    sample.set_metainfo({'timestamp': 7.25})
    assert TrackedFrame.from_sample(sample).time == 7.25
    with pytest.raises(DataError, match='not tracked'):
        TrackedFrame.from_sample(DetDataSample(metainfo=info))
