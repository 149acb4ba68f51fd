import pytest
import torch

from fairmot_mm.models import DeconvFPN


@pytest.mark.parametrize('conv_cfg', [None, dict(type='DCNv2')])
def test_all_levels_reach_the_stride_4_map(conv_cfg):
    """One map of the size of the finest level depends on every level and weight."""
    channels = (4, 6, 8, 10)
    levels = [
        torch.rand(2, c, 16 // 2**k, 24 // 2**k, requires_grad=True)
        for k, c in enumerate(channels)
    ]
    neck = DeconvFPN(channels, [7, 5, 3], conv_cfg)
    (out,) = neck(levels)
    assert out.shape == (2, 3, 16, 24)
    out.square().sum().backward()
    assert all(level.grad.abs().sum() > 0 for level in levels)
    assert [name for name, p in neck.named_parameters() if p.grad is None] == []
