import pytest
import torch
from torch import nn

from fairmot_mm.inference.fuse_conv_bn import fuse_conv_bn
from fairmot_mm.models.layers import DCNv2


@pytest.mark.parametrize(
    'conv',
    [
        lambda: nn.Conv2d(4, 6, 3, bias=False),
        lambda: nn.Conv2d(4, 6, 3, groups=2),
        lambda: DCNv2(4, 6, 3, padding=1),
        lambda: nn.ConvTranspose2d(4, 6, 4, stride=2, bias=False),
        lambda: nn.ConvTranspose2d(4, 4, 4, stride=2, groups=4),
    ],
    ids=['plain', 'grouped', 'deformable', 'transposed', 'channel by channel'],
)
def test_same_result_without_the_norm(conv):
    """Every kind of convolution takes scale and shift of the norm behind it."""
    torch.manual_seed(0)
    layer = conv()
    norm = nn.BatchNorm2d(layer.out_channels)
    for values in (norm.weight, norm.bias, norm.running_mean):
        nn.init.normal_(values)
    nn.init.uniform_(norm.running_var, 0.5, 2)
    network = nn.Sequential(layer, norm).double().eval()
    x = torch.randn(2, 4, 9, 11, dtype=torch.float64)
    with torch.no_grad():
        expected = network(x)
        assert fuse_conv_bn(network) == 1
        torch.testing.assert_close(network(x), expected, rtol=0, atol=1e-10)
    assert isinstance(network[1], nn.Identity)


def test_what_cannot_be_folded_stays():
    """A norm behind something else, and one behind groups of a transposed layer."""
    network = nn.Sequential(
        nn.BatchNorm2d(4),
        nn.Conv2d(4, 4, 1),
        nn.ReLU(),
        nn.BatchNorm2d(4),
        nn.ConvTranspose2d(4, 4, 2, groups=2),
        nn.BatchNorm2d(4),
    )
    assert fuse_conv_bn(network.eval()) == 0
