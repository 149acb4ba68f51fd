import pytest
import torch

from fairmot_mm.models import DeconvNeck
from fairmot_mm.models.layers.bilinear import bilinear_kernel


@pytest.mark.parametrize('conv_cfg', [None, dict(type='DCNv2')])
def test_the_coarsest_level_becomes_the_stride_4_map(conv_cfg):
    """Three up-samplings lead from stride 32 to 4; only the last level is read."""
    neck = DeconvNeck(16, [8, 6, 4], conv_cfg)
    (out,) = neck([None, torch.rand(2, 16, 2, 3)])
    assert out.shape == (2, 4, 16, 24)
    out.square().sum().backward()
    assert [name for name, p in neck.named_parameters() if p.grad is None] == []


def test_up_sampling_starts_bilinear_in_the_first_channel():
    """Only output channel 0 starts bilinear, as published."""
    neck = DeconvNeck(16, [8, 6, 4])
    for step in neck.steps:
        weight = step.deconv.weight
        assert torch.equal(weight[:, 0], bilinear_kernel(4).expand_as(weight[:, 0]))
        assert weight[:, 1:].abs().max() < 0.25
