import pytest
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.structures import InstanceData


@pytest.fixture
def clip():
    """A clip of one labelled frame, as the Evaluator hands it to a metric."""

    def make(img_id, found=(), truth=(), **fields):
        """(left, score) of boxes of 10 x 10 found, and lefts of the true ones."""
        frame = DetDataSample(
            metainfo=dict(
                img_id=img_id,
                ori_shape=(100, 200),
                instances=[
                    dict(bbox=[x, 0, x + 10, 10], bbox_label=0, ignore_flag=0)
                    for x in truth
                ],
            )
        )
        rows = torch.tensor([[x, 0, x + 10, 10, score] for x, score in found])
        rows = rows.reshape(-1, 5).float()
        frame.pred_instances = InstanceData(
            bboxes=rows[:, :4],
            scores=rows[:, 4],
            labels=torch.zeros(len(rows), dtype=torch.int64),
        )
        for name, value in fields.items():
            setattr(frame, name, value)
        sample = TrackDataSample()
        sample.video_data_samples = [frame]
        return sample.to_dict()

    return make
