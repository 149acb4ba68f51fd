import torch
import torch.nn.functional as F  # noqa: N812

from fairmot_mm.models.layers.conv_bn_relu import ConvBNReLU


def test_deformable_convolution_keeps_its_bias_and_starts_without_offsets():
    """At the start, offsets are 0 and masks 0.5: half a plain convolution."""
    block = ConvBNReLU(4, 6, dict(type='DCNv2'))
    assert block.conv.bias.eq(0).all()
    assert block.conv.conv_offset.weight.shape == (27, 4, 3, 3)
    assert not block.conv.conv_offset.weight.any()
    assert not block.conv.conv_offset.bias.any()
    x = torch.rand(2, 4, 7, 9)
    plain = F.conv2d(x, block.conv.weight, padding=1)
    torch.testing.assert_close(block.conv(x), plain / 2)


def test_plain_convolution_has_no_bias():
    """The plain convolution has no bias, as published."""
    block = ConvBNReLU(4, 6, None)
    assert block.conv.bias is None
    out = block(torch.randn(2, 4, 7, 9))
    assert out.shape == (2, 6, 7, 9)
    assert out.min() == 0


def test_kernel_of_one():
    """A kernel of 1 reads no neighbours; the map keeps its size."""
    block = ConvBNReLU(4, 6, None, kernel_size=1)
    assert block.conv.weight.shape == (6, 4, 1, 1)
    assert block(torch.rand(2, 4, 3, 5)).shape == (2, 6, 3, 5)
