import numpy as np
import torch
from mmdet.structures import DetDataSample

from fairmot_mm.datasets import PackJDEInputs


def test_training_sample(run_steps):
    """Pixels, boxes and identities are packed as they are."""
    results = run_steps(0, dict(type='Letterbox'))
    packed = PackJDEInputs()(results)
    assert packed['inputs'].shape == (3, 608, 1088)
    assert packed['inputs'].dtype == torch.uint8
    np.testing.assert_array_equal(packed['inputs'].permute(1, 2, 0), results['img'])
    sample = packed['data_samples']
    assert isinstance(sample, DetDataSample)
    instances = sample.gt_instances
    assert instances.bboxes.shape == (8, 4)
    assert torch.equal(instances.bboxes.tensor, results['gt_bboxes'].tensor)
    assert instances.labels.dtype == instances.instances_ids.dtype == torch.int64
    assert instances.instances_ids.tolist() == list(results['gt_instances_ids'])
    assert sample.ori_shape != sample.img_shape == (608, 1088)
    assert len(sample.pad_param) == 4
