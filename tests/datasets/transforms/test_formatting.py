import torch
from mmdet.structures import DetDataSample, TrackDataSample

from fairmot_mm.datasets import PackFrame, PackJDEInputs


def test_training_sample(run_steps):
    """Identities are packed with their boxes."""
    results = run_steps(0, dict(type='Letterbox'))
    packed = PackJDEInputs()(results)
    assert packed['inputs'].shape == (3, 608, 1088)
    assert packed['inputs'].dtype == torch.uint8
    sample = packed['data_samples']
    assert isinstance(sample, DetDataSample)
    instances = sample.gt_instances
    assert instances.bboxes.shape == (8, 4)
    assert instances.labels.dtype == instances.instances_ids.dtype == torch.int64
    assert instances.instances_ids.tolist() == list(results['gt_instances_ids'])
    assert sample.ori_shape != sample.img_shape == (608, 1088)
    assert len(sample.pad_param) == 4


def test_frame_of_a_video(run_steps):
    """A frame becomes a clip of length one that keeps what the tracker needs."""
    results = run_steps(0, dict(type='Letterbox', scale=(96, 64)))
    video = dict(
        frame_id=3, frame_rate=25.0, video_name='V', video_length=9, gt_file=None
    )
    packed = PackFrame()({**results, **video})
    assert packed['inputs'].shape == (1, 3, 64, 96)
    assert isinstance(packed['data_samples'], TrackDataSample)
    (frame,) = packed['data_samples'].video_data_samples
    assert {key: frame.metainfo[key] for key in video} == video
