import pytest
import torch

from fairmot_mm.models import DLAUp
from fairmot_mm.models.layers.bilinear import bilinear_kernel

CHANNELS = (4, 8, 16, 32)


@pytest.fixture
def levels():
    return [
        torch.rand(2, channels, 16 // 2**k, 24 // 2**k)
        for k, channels in enumerate(CHANNELS)
    ]


@pytest.mark.parametrize('conv_cfg', [None, dict(type='DCNv2')])
def test_all_levels_reach_the_stride_4_map(conv_cfg, levels):
    """One map of the size of the finest level depends on every level."""
    neck = DLAUp(CHANNELS, conv_cfg)
    levels = [level.requires_grad_() for level in levels]
    (out,) = neck(levels)
    assert out.shape == (2, 4, 16, 24)
    out.square().sum().backward()
    assert all(level.grad.abs().sum() > 0 for level in levels)
    unused = [name for name, p in neck.named_parameters() if p.grad is None]
    assert unused == []


def test_the_inputs_stay_as_they_are(levels):
    """The list of levels of the caller does not change."""
    before = list(levels)
    DLAUp(CHANNELS)(levels)
    assert all(a is b for a, b in zip(levels, before, strict=True))


def test_every_up_sampling_starts_as_bilinear():
    """Six up-samplings by 2, then one by 2 and one by 4 for the last fusion."""
    ups = {
        name: weight
        for name, weight in DLAUp(CHANNELS).named_parameters()
        if '.ups.' in name
    }
    sizes = [weight.shape[-1] for weight in ups.values()]
    assert sizes == [4] * 7 + [8]
    for weight in ups.values():
        kernel = bilinear_kernel(weight.shape[-1])
        assert torch.equal(weight, kernel.expand_as(weight))
