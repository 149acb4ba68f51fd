from types import SimpleNamespace

import torch
from mmengine.logging import MessageHub
from mmengine.optim import OptimWrapper
from torch import nn

from fairmot_mm.engine import TrainingScalarsHook


def logged(model, groups, name):
    """Newest values after the hook saw an iteration."""
    hub = MessageHub.get_instance(name)
    wrapper = OptimWrapper(torch.optim.SGD(groups, lr=0.1))
    runner = SimpleNamespace(model=model, optim_wrapper=wrapper, message_hub=hub)
    hook = TrainingScalarsHook()
    hook.before_train(runner)
    hook.before_train_iter(runner, 0)
    return {key: buffer.current() for key, buffer in hub.log_scalars.items()}


def test_memory():
    """In MiB: torch alone takes some hundred, and it is no more than a machine has."""
    model = nn.Linear(2, 2)
    values = logged(model, model.parameters(), 'test_memory')
    assert set(values) == {'train/host_memory'}  # one rate is mmengine's `lr`
    assert 100 < values['train/host_memory'] < 1e6


def test_rates_are_named_by_part():
    """What the names of the parameters with a rate share."""
    model = nn.ModuleDict(
        {
            'body': nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)),
            'head': nn.Linear(2, 2),
        }
    )
    groups = [{'params': [p], 'lr': 0.01} for p in model['body'].parameters()]
    groups += [{'params': [p]} for p in model['head'].parameters()]
    values = logged(model, groups, 'test_rates')
    del values['train/host_memory']
    assert values == {'train/body.lr': 0.01, 'train/head.lr': 0.1}


def test_rates_that_share_no_part():
    """Then the first parameter gives the name."""
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    weights = [p for name, p in model.named_parameters() if name.endswith('weight')]
    biases = [p for name, p in model.named_parameters() if name.endswith('bias')]
    groups = [{'params': weights}, {'params': biases, 'lr': 0.2}]
    values = logged(model, groups, 'test_no_part')
    del values['train/host_memory']
    assert values == {'train/0.weight.lr': 0.1, 'train/0.bias.lr': 0.2}
