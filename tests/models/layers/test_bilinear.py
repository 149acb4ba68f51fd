import pytest
import torch

from fairmot_mm.models.layers.bilinear import (
    bilinear_deconv,
    bilinear_kernel,
    bilinear_upsample,
)


@pytest.mark.parametrize(
    ('size', 'profile'),
    [
        (4, [0.25, 0.75, 0.75, 0.25]),
        (8, [0.125, 0.375, 0.625, 0.875, 0.875, 0.625, 0.375, 0.125]),
    ],
)
def test_kernel_is_the_published_one(size, profile):
    """The kernel equals the outer product of a triangle, computed by hand."""
    profile = torch.tensor(profile)
    assert torch.equal(bilinear_kernel(size), torch.outer(profile, profile))


@pytest.mark.parametrize('factor', [2, 4])
def test_a_slope_stays_a_slope(factor):
    """At the start, up-sampling interpolates every channel separately."""
    slope = (
        torch.arange(8.0).expand(1, 3, 8, 8)
        * torch.tensor([1.0, 2, -1])[None, :, None, None]
    )
    up = bilinear_upsample(3, factor)(slope)
    assert up.shape == (1, 3, 8 * factor, 8 * factor)
    inner = up[0, :, factor:-factor, factor:-factor]
    steps = inner.diff(dim=2)
    expected = torch.tensor([1.0, 2, -1])[:, None, None] / factor
    torch.testing.assert_close(steps, expected.expand_as(steps))
    torch.testing.assert_close(inner[:, :1].expand_as(inner), inner)


def test_full_deconvolution_interpolates_into_its_first_channel():
    """Only output channel 0 of every input channel has the kernel, as published."""
    layer = bilinear_deconv(3)
    assert layer.weight.shape == (3, 3, 4, 4)
    assert torch.equal(layer.weight[:, 0], bilinear_kernel(4).expand(3, 4, 4))
    out = layer(torch.ones(1, 3, 4, 4))
    assert out.shape == (1, 3, 8, 8)
    torch.testing.assert_close(out[0, 0, 1:-1, 1:-1], torch.full((6, 6), 3.0))
