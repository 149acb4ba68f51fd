import os
import signal
import subprocess
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from fairmot_mm.engine import CompileNetworkHook
from fairmot_mm.utils import ConfigError


def small_runner():
    torch.manual_seed(0)
    model = nn.Module()
    model.network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
    return SimpleNamespace(model=model)


def test_in_training_alone():
    """Compiled where it trains, as it was in validation and afterwards.

    Gradients, statistics and names are those of the plain network.
    """
    traced = []

    def backend(graph, _):
        traced.append(graph)
        return graph.forward

    images = torch.rand(2, 3, 8, 8)
    runner, plain = small_runner(), small_runner().model.network
    hook = CompileNetworkHook(modules=['network'], backend=backend)
    hook.before_train(runner)
    network = runner.model.network
    network.eval()(images)
    assert not traced
    network.train()
    for _ in range(2):
        network(images).square().mean().backward()
        plain(images).square().mean().backward()
    assert len(traced) == 1
    for (name, own), (other, expected) in zip(
        network.state_dict().items(), plain.state_dict().items(), strict=True
    ):
        assert name == other
        torch.testing.assert_close(own, expected)
    for own, expected in zip(network.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(own.grad, expected.grad)
    hook.after_train(runner)
    network(images[:1, :, :6])
    assert len(traced) == 1


def test_errors():
    """A part that is not there, or no compiler: told by name."""
    runner = small_runner()
    with pytest.raises(ConfigError, match=r'CompileNetworkHook.modules: .*`neck`'):
        CompileNetworkHook(modules=['neck']).before_train(runner)

    def broken(*_):
        raise OSError('no compiler')

    hook = CompileNetworkHook(modules=['network'], backend=broken)
    hook.before_train(runner)
    with pytest.raises(ConfigError, match=r'Hook: this machine cannot .*no compiler'):
        runner.model.network(torch.rand(2, 3, 8, 8))


def test_the_compiler_outlives_a_signal_to_the_job():
    """SIGTERM to this process and to a compiler that it runs: the code is generated.

    This process gets the signal, and its mask is the old one.
    """
    received = []
    handler = signal.signal(signal.SIGTERM, lambda number, _: received.append(number))

    def backend(graph, _):
        script = f'kill -TERM {os.getpid()} $$'
        subprocess.run(['sh', '-c', script], check=True)
        return graph.forward

    runner = small_runner()
    try:
        CompileNetworkHook(modules=['network'], backend=backend).before_train(runner)
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        runner.model.network(torch.rand(2, 3, 8, 8))
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == blocked
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert received == [signal.SIGTERM]
