import pytest
import torch
from mmcv.ops import ModulatedDeformConv2dPack
from torch import nn

from fairmot_mm.models.layers import DCNv2, dcnv2, sample_corners
from fairmot_mm.models.layers.conv_bn_relu import ConvBNReLU


def pair_of_layers(shift_std=0.3, **kwargs):
    """Make our layer and mmcv's with the same random weights."""
    torch.manual_seed(0)
    own = DCNv2(6, 6, **kwargs).double()
    for parameter in own.conv_offset.parameters():
        nn.init.normal_(parameter, std=shift_std)
    theirs = ModulatedDeformConv2dPack(6, 6, **kwargs).double()
    theirs.load_state_dict(own.state_dict())
    return own, theirs


@pytest.mark.parametrize(
    'kwargs',
    [
        dict(kernel_size=3, padding=1),
        dict(kernel_size=3, padding=1, bias=False),
        dict(kernel_size=3, padding=2, dilation=2, stride=2),
        dict(kernel_size=(1, 3), padding=(0, 1)),
        dict(kernel_size=3, padding=1, shift_std=30),  # mostly outside the map
        dict(kernel_size=3, padding=1, groups=2, deform_groups=2),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    'memory_format', [torch.contiguous_format, torch.channels_last]
)
def test_equals_the_operator_of_mmcv(kwargs, memory_format, monkeypatch):
    """Sampling by rows equals mmcv's operator, for any chunk size."""
    monkeypatch.setattr(sample_corners, '_CHUNK', 7)
    own, theirs = pair_of_layers(**kwargs)
    x = torch.randn(2, 6, 11, 13, dtype=torch.float64)
    with torch.no_grad():
        out = own(x.to(memory_format=memory_format))
        expected = theirs(x)
    torch.testing.assert_close(out, expected, rtol=0, atol=1e-12)
    assert out.is_contiguous(memory_format=memory_format)


def sample_one_channel(shift):
    """Sample a plane of ones with a kernel of one pixel."""
    ones = torch.ones(1, 1, *shift.shape[2:])
    return dcnv2.deform_conv2d(
        ones, shift, ones, torch.ones(1, 1, 1, 1), None, (1, 1), (0, 0), (1, 1)
    )[0, 0]


def test_samples_beyond_the_border_count_by_their_share():
    """Only the part of a sample inside the map counts."""
    shift = torch.zeros(1, 2, 4, 4)
    shift[0, 0] = torch.tensor([-0.25, -1.0, -3.5, 0.5])[:, None]
    column = sample_one_channel(shift)[:, 0]
    torch.testing.assert_close(column, torch.tensor([0.75, 1.0, 0.0, 0.5]))


@pytest.mark.parametrize(
    'weight_format', [torch.contiguous_format, torch.channels_last]
)
def test_gradients_are_those_of_mmcv(weight_format):
    """Maps and weights of a training may have any memory format."""
    own, theirs = pair_of_layers(kernel_size=3, padding=1)
    own = own.to(memory_format=weight_format)
    x = torch.randn(2, 6, 5, 7, dtype=torch.float64)
    inputs = [x.to(memory_format=torch.channels_last), x.clone()]
    factors = torch.randn(2, 6, 5, 7, dtype=torch.float64)
    for layer, map_, format_ in zip(
        (own, theirs),
        inputs,
        (torch.channels_last, torch.contiguous_format),
        strict=True,
    ):
        out = layer(map_.requires_grad_())
        out.backward(factors.to(memory_format=format_))
    torch.testing.assert_close(inputs[0].grad, inputs[1].grad)
    for name, parameter in own.named_parameters():
        torch.testing.assert_close(parameter.grad, theirs.get_parameter(name).grad)


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
def test_mixed_precision_is_that_of_mmcv(dtype):
    """Beside a network in bfloat16 the layer computes in float32, with either operator.

    mmcv's operator gets contiguous tensors of one type, whatever the network gives.
    """
    own, _ = pair_of_layers(kernel_size=3, padding=1)
    own = own.float().to(memory_format=torch.channels_last)
    x = torch.randn(2, 6, 5, 7).to(dtype, memory_format=torch.channels_last)
    results = []
    for operator in (dcnv2.deform_conv2d, dcnv2.mmcv_deform_conv2d):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dcnv2, 'deform_conv2d', operator)
            map_ = x.clone().requires_grad_()
            with torch.autocast('cpu', dtype=torch.bfloat16):
                out = own(map_)
            own.zero_grad()
            out.float().square().sum().backward()
        results.append([out, map_.grad, *(p.grad for p in own.parameters())])
    assert results[0][0].dtype == torch.bfloat16
    for ours, theirs in zip(*results, strict=True):
        difference = (ours.float() - theirs.float()).norm()
        assert difference < 1e-3 * theirs.float().norm()


def test_generated_code_trains_it():
    """A layer that torch.compile has rewritten gives the same gradients."""
    own, _ = pair_of_layers(kernel_size=3, padding=1)
    x = torch.randn(2, 6, 5, 7, dtype=torch.float64)
    expected = torch.autograd.grad(own(x).square().sum(), own.parameters())
    compiled = torch.compile(own, backend='aot_eager', fullgraph=True)
    found = torch.autograd.grad(compiled(x).square().sum(), own.parameters())
    torch.testing.assert_close(found, expected)


def test_values_that_are_not_finite_stay_in_their_pixels():
    """Offsets that are NaN give NaN and read nothing outside the map."""
    shift = torch.zeros(1, 2, 3, 3)
    shift[0, 0, 0, 0], shift[0, 1, 1, 1], shift[0, 0, 2, 2] = float('nan'), 1e30, -1e30
    out = sample_one_channel(shift)
    assert out[0, 0].isnan()
    assert out[1, 1] == out[2, 2] == 0
    assert out.isnan().sum() == 1


def test_configs_get_it_by_its_name_in_mmcv():
    """``dict(type='DCNv2')`` in our configs builds this layer."""
    assert type(ConvBNReLU(4, 4, dict(type='DCNv2')).conv) is DCNv2
