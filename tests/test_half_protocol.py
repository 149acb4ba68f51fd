import numpy as np
import pytest
import torch
from mmdet.structures import TrackDataSample
from mmengine.structures import InstanceData

from fairmot_mm.datasets import MOTVideoDataset
from fairmot_mm.evaluation import MOTMetric
from fairmot_mm.synthetic import SyntheticScene, write_sequence
from fairmot_mm.utils import read_mot

PIPELINE = [
    dict(type='LoadImage'),
    dict(type='Letterbox', scale=(96, 64)),
    dict(type='PackFrame'),
]


@pytest.fixture(scope='module')
def street(tmp_path_factory):
    """A sequence of seven frames: halves of three and four."""
    root = tmp_path_factory.mktemp('half')
    scene = SyntheticScene(0, 5, width=192, height=128, num_frames=7)
    write_sequence(root / 'a', scene)
    return root


@pytest.mark.parametrize(
    ('split', 'frames'),
    [('first-half', [1, 2, 3]), ('second-half', [4, 5, 6, 7]), ('all', range(1, 8))],
)
def test_a_half_is_scored_by_its_own_frames(street, tmp_path, split, frames):
    """Perfect tracks of a half score 1 on it; its frames keep their numbers."""
    dataset = MOTVideoDataset(street, split=split, pipeline=PIPELINE)
    gt = read_mot(street / 'a' / 'gt' / 'gt.txt')
    metric = MOTMetric(outfile_prefix=str(tmp_path))
    for sample, number in zip(dataset, frames, strict=True):
        (frame,) = sample['data_samples'].video_data_samples
        rows = gt[gt.frames == number]
        tlwh = torch.from_numpy(rows.tlwh).float()
        frame.pred_track_instances = InstanceData(
            bboxes=torch.cat([tlwh[:, :2], tlwh[:, :2] + tlwh[:, 2:]], dim=1),
            instances_id=torch.from_numpy(rows.ids),
        )
        clip = TrackDataSample()
        clip.video_data_samples = [frame]
        metric.process({}, [clip])
    scores = metric.evaluate(len(dataset))
    assert scores['mot/MOTA'] == 1
    assert scores['mot/IDF1'] == 1
    written = read_mot(tmp_path / 'a.txt')
    assert list(np.unique(written.frames)) == list(frames)
