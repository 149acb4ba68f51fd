import torch
import torch.nn.functional as F  # noqa: N812

from fairmot_mm.models.layers.conv_bn_relu import ConvBNReLU


def test_deformable_convolution_keeps_its_bias_and_starts_without_offsets():
    """At the start it is half a plain convolution: no offset, mask 0.5."""
    block = ConvBNReLU(4, 6, dict(type='DCNv2'))
    assert block.conv.bias.eq(0).all()
    assert block.conv.conv_offset.weight.shape == (27, 4, 3, 3)
    assert not block.conv.conv_offset.weight.any()
    assert not block.conv.conv_offset.bias.any()
    x = torch.rand(2, 4, 7, 9)
    plain = F.conv2d(x, block.conv.weight, padding=1)
    torch.testing.assert_close(block.conv(x), plain / 2)


def test_plain_convolution_has_no_bias():
    """As published: the batch norm has one."""
    block = ConvBNReLU(4, 6, None)
    assert block.conv.bias is None
    out = block(torch.randn(2, 4, 7, 9))
    assert out.shape == (2, 6, 7, 9)
    assert out.min() == 0


def test_kernel_of_one():
    """Projects without looking at the neighbours; the map keeps its size."""
    block = ConvBNReLU(4, 6, None, kernel_size=1)
    assert block.conv.weight.shape == (6, 4, 1, 1)
    assert block(torch.rand(2, 4, 3, 5)).shape == (2, 6, 3, 5)
