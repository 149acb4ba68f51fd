import pytest
import torch
from torch.autograd.graph import saved_tensors_hooks

from fairmot_mm.models.layers import sample_corners
from fairmot_mm.models.layers.dcnv2 import mmcv_deform_conv2d
from fairmot_mm.models.layers.deform_conv2d import deform_conv2d

SIZE = 7, 9  # of the input maps
PLACES = {
    'plain': dict(padding=(1, 1)),
    'no bias': dict(padding=(1, 1), bias=False),
    'stride and dilation': dict(stride=(2, 1), padding=(2, 3), dilation=(2, 1)),
    'one row': dict(kernel=(1, 3), padding=(0, 1)),
    'one pixel': dict(kernel=(1, 1)),
    'groups': dict(padding=(1, 1), groups=4),
    'deform groups': dict(padding=(1, 1), deform_groups=2),
    'both groups': dict(padding=(1, 1), groups=2, deform_groups=4),
    'outside': dict(padding=(1, 1), spread=30.0),
    'far outside': dict(padding=(1, 1), spread=1e6),
    'no displacement': dict(padding=(1, 1), spread=0.0),  # as a training starts
    'wide border': dict(padding=(4, 4), spread=0.0),
}


def make_inputs(
    kernel=(3, 3),
    stride=(1, 1),
    padding=(0, 0),
    dilation=(1, 1),
    groups=1,
    deform_groups=1,
    bias=True,
    spread=1.0,
    batch=3,
):
    """Make the arguments of `deform_conv2d`, with random values in double precision."""
    torch.manual_seed(0)
    out_size = [
        (size + 2 * pad - step * (taps - 1) - 1) // jump + 1
        for size, pad, step, taps, jump in zip(
            SIZE, padding, dilation, kernel, stride, strict=True
        )
    ]
    taps = deform_groups * kernel[0] * kernel[1]
    tensors = [
        torch.randn(batch, 8, *SIZE),
        torch.randn(batch, 2 * taps, *out_size) * spread,
        torch.rand(batch, taps, *out_size),
        torch.randn(12, 8 // groups, *kernel),
        torch.randn(12) if bias else None,
    ]
    tensors = [t if t is None else t.double().requires_grad_() for t in tensors]
    return tensors, (stride, padding, dilation, groups, deform_groups)


def gradients(operator, tensors, place, layout=torch.contiguous_format):
    """The output of an operator, and the gradients of its tensors."""
    leaves = [t for t in tensors if t is not None]
    out = operator(*(t if t is None else as_layout(t, layout) for t in tensors), *place)
    torch.manual_seed(1)
    factors = torch.randn(out.shape).to(out)
    return out, *torch.autograd.grad((out * as_layout(factors, layout)).sum(), leaves)


def as_layout(values, layout):
    """Give a map another layout; ``None`` leaves gaps between its numbers."""
    if values.dim() < 4:
        return values
    if layout is None:
        return torch.stack([values, values], dim=-1)[..., 0]
    return values.contiguous(memory_format=layout)


@pytest.mark.parametrize(
    'layout',
    [torch.contiguous_format, torch.channels_last, None],
    ids=['contiguous', 'channels_last', 'with gaps'],
)
@pytest.mark.parametrize('name', PLACES)
def test_equals_the_operator_of_mmcv(name, layout, monkeypatch):
    """Output and all gradients are equal, for any layout and any chunk size."""
    monkeypatch.setattr(sample_corners, '_CHUNK', 7)
    inputs = make_inputs(**PLACES[name])
    expected = gradients(mmcv_deform_conv2d, *inputs)
    found = gradients(deform_conv2d, *inputs, layout)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-11)


def test_equals_mmcv_in_single_precision():
    """In float32, gradients differ by less than 1e-5 of their size."""
    tensors, place = make_inputs(padding=(1, 1))
    tensors = [t.detach().float().requires_grad_() for t in tensors]
    expected = gradients(mmcv_deform_conv2d, tensors, place)
    found = gradients(deform_conv2d, tensors, place)
    for own, theirs in zip(found, expected, strict=True):
        assert (own - theirs).abs().max() < 1e-5 * theirs.abs().max()


@pytest.mark.parametrize('name', ['stride and dilation', 'both groups', 'no bias'])
def test_gradient_is_that_of_small_steps(name):
    """Away from whole positions, where it jumps, the gradient is the true one."""
    tensors, place = make_inputs(**PLACES[name], batch=1)
    with torch.no_grad():
        shift = tensors[1]
        shift.copy_(shift.floor() + 0.2 + 0.6 * (shift - shift.floor()))
    assert torch.autograd.gradcheck(
        lambda *given: deform_conv2d(*given, *place), tensors, fast_mode=True
    )


@pytest.mark.parametrize('name', ['plain', 'both groups'])
def test_operator_is_registered_as_torch_expects(name):
    """Its fake results, by which torch.compile plans, and its gradient fit."""
    tensors, place = make_inputs(**PLACES[name])
    torch.library.opcheck(deform_conv2d, (*tensors, *place))


def test_empty_batch():
    """A batch without images gives an empty map, and zeros for the weights."""
    inputs = make_inputs(padding=(1, 1), batch=0)
    out, *grads = gradients(deform_conv2d, *inputs)
    assert out.shape == (0, 12, *SIZE)
    assert [g.shape for g in grads] == [t.shape for t in inputs[0]]
    assert not grads[3].any()


def test_mixed_precision_does_not_round():
    """float32 stays float32 beside a network in bfloat16, also in the gradient."""
    tensors, place = make_inputs(padding=(1, 1))
    tensors = [t.detach().float().requires_grad_() for t in tensors]
    expected = gradients(deform_conv2d, tensors, place)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = gradients(deform_conv2d, tensors, place)
    for own, exact in zip(found, expected, strict=True):
        assert torch.equal(own, exact)


def test_low_precision_has_gradients_of_its_type():
    """Maps in bfloat16 get gradients in bfloat16, equal up to rounding."""
    tensors, place = make_inputs(padding=(1, 1))
    small = [t.detach().bfloat16().requires_grad_() for t in tensors]
    # The same values, so that only the computation differs.
    exact = [t.detach().double().requires_grad_() for t in small]
    found = gradients(deform_conv2d, small, place)[1:]
    expected = gradients(deform_conv2d, exact, place)[1:]
    assert {g.dtype for g in found} == {torch.bfloat16}
    for own, true in zip(found, expected, strict=True):
        assert (own - true).norm() < 0.02 * true.norm()


def test_second_derivative_is_refused():
    """A gradient of the gradient ends in a sentence, not in a wrong number."""
    inputs = make_inputs(padding=(1, 1))
    out = deform_conv2d(*inputs[0], *inputs[1])
    (grad,) = torch.autograd.grad(out.sum(), inputs[0][0], create_graph=True)
    with pytest.raises(RuntimeError, match=r'no second derivative.*create_graph'):
        grad.sum().backward()


def test_training_keeps_no_samples():
    """For the gradient only the inputs are kept, not a map for each kernel tap."""
    kept = []
    (x, shift, mask, weight, bias), place = make_inputs(padding=(1, 1))
    with saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        deform_conv2d(x, shift, mask, weight, bias, *place)
    inputs = {t.data_ptr() for t in (x, shift, mask, weight)}
    assert {t.data_ptr() for t in kept} == inputs


def test_displacements_that_are_not_finite_do_not_crash():
    """NaN gives NaN, an infinite one lies outside; nothing else is read."""
    (x, shift, *rest), place = make_inputs(padding=(1, 1))
    with torch.no_grad():
        shift[0, 0, 0, 0], shift[1, 3, 2, 2] = float('nan'), float('inf')
    out, *grads = gradients(deform_conv2d, (x, shift, *rest), place)
    assert out[0, :, 0, 0].isnan().all()
    assert out.isnan().sum() == 12
    assert grads[3].isnan().any()  # so that a training notices
    assert grads[0][1:].isfinite().all()
