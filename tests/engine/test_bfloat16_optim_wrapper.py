import torch
from torch import nn

from fairmot_mm.engine import BFloat16OptimWrapper


def test_bfloat16_inside_single_precision_outside():
    """Layers compute in bfloat16; weights, gradients and updates keep float32."""
    model = nn.Linear(4, 2)
    wrapper = BFloat16OptimWrapper(torch.optim.SGD(model.parameters(), lr=0.1))
    before = model.weight.clone()
    with wrapper.optim_context(model):
        outputs = model(torch.ones(3, 4))
    assert outputs.dtype == torch.bfloat16
    assert model(torch.ones(3, 4)).dtype == torch.float32
    outputs.float().sum().backward()
    assert model.weight.grad.dtype == model.weight.dtype == torch.float32
    wrapper.step()
    torch.testing.assert_close(model.weight, before - 0.1 * 3)


def test_other_arguments_are_those_of_mmengine():
    """Accumulation: the gradient of two iterations is one update."""
    model = nn.Linear(1, 1, bias=False)
    wrapper = BFloat16OptimWrapper(
        torch.optim.SGD(model.parameters(), lr=1.0), accumulative_counts=2
    )
    start = model.weight.item()
    for expected in (start, start - 1):
        with wrapper.optim_context(model):
            loss = model(torch.ones(1, 1)).float().sum()
        wrapper.update_params(loss)
        assert abs(model.weight.item() - expected) < 1e-6
