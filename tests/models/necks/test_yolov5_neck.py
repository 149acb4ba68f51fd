import torch

from fairmot_mm.models import YOLOv5Neck


def test_all_levels_reach_the_stride_4_map():
    """One map of the size of the finest level depends on every level and weight."""
    channels = (4, 8, 16, 32)
    levels = [
        torch.rand(2, c, 16 // 2**k, 24 // 2**k, requires_grad=True)
        for k, c in enumerate(channels)
    ]
    neck = YOLOv5Neck(channels)
    (out,) = neck(levels)
    assert out.shape == (2, 4, 16, 24)
    out.square().sum().backward()
    assert all(level.grad.abs().sum() > 0 for level in levels)
    assert [name for name, p in neck.named_parameters() if p.grad is None] == []


def test_starts_as_published():
    """Weights start with PyTorch's uniform numbers; batch norms are those of YOLOv5."""
    neck = YOLOv5Neck((16, 32, 64, 128))
    neck.init_weights()
    for module in neck.modules():
        if isinstance(module, torch.nn.Conv2d):
            bound = module.weight[0].numel() ** -0.5
            assert 0.9 * bound < module.weight.abs().max() <= bound
        if isinstance(module, torch.nn.BatchNorm2d):
            assert (module.momentum, module.eps) == (0.03, 1e-3)
