from types import SimpleNamespace

import torch
from torch import nn

from fairmot_mm.engine import ChannelsLastHook


def trained(steps_before, steps_after, hook):
    """Weights of a small network after steps, a hook between them."""
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.Conv2d(8, 4, 3)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=True)
    images = torch.rand(2, 3, 12, 12)
    for step in range(steps_before + steps_after):
        if step == steps_before and hook:
            wrapper = SimpleNamespace(optimizer=optimizer)
            hook.before_train(SimpleNamespace(model=model, optim_wrapper=wrapper))
        optimizer.zero_grad()
        model(images).square().mean().backward()
        optimizer.step()
    return model, optimizer


def test_resumed():
    """After the change weights and moments have the layout; training goes on as it was.

    A fused optimizer walks through weight, gradient and moments in memory order: where
    one of them had kept the old layout, the weights would be others.
    """
    expected, _ = trained(2, 2, None)
    model, optimizer = trained(2, 2, ChannelsLastHook())
    last = torch.channels_last
    assert model[0].weight.is_contiguous(memory_format=last)
    moments = optimizer.state[model[0].weight]['exp_avg']
    assert moments.is_contiguous(memory_format=last)
    for own, other in zip(model.parameters(), expected.parameters(), strict=True):
        torch.testing.assert_close(own, other, rtol=1e-3, atol=1e-3)
    assert model(torch.rand(2, 3, 12, 12)).is_contiguous(memory_format=last)
