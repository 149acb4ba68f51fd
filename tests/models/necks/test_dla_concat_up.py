import torch

from fairmot_mm.models import DLAConcatUp


def test_all_levels_reach_the_stride_4_map():
    """One map of the size of the finest level depends on every level and weight."""
    channels = (4, 8, 16, 32)
    levels = [
        torch.rand(2, c, 16 // 2**k, 24 // 2**k, requires_grad=True)
        for k, c in enumerate(channels)
    ]
    neck = DLAConcatUp(channels)
    (out,) = neck(levels)
    assert out.shape == (2, 4, 16, 24)
    out.square().sum().backward()
    assert all(level.grad.abs().sum() > 0 for level in levels)
    assert [name for name, p in neck.named_parameters() if p.grad is None] == []
