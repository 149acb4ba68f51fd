"""Training with the channels of a pixel next to each other in memory."""

from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import Tensor, nn

from fairmot_mm.registry import HOOKS


@HOOKS.register_module()
class ChannelsLastHook(Hook):
    """Puts the weights, and with them all maps, into the layout ``channels_last``.

    It is what the convolutions of a GPU in half precision, and of a CPU, work in.
    Results are those of the usual layout but for rounding.
    """

    def before_train(self, runner: Runner) -> None:
        """Move weights, and what the optimizer knows of them after a resume."""
        to_channels_last(runner.model, runner.optim_wrapper.optimizer)


def to_channels_last(model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Put a model and the state of its optimizer into ``channels_last``, in place.

    Args:
        model: Its convolutions then give maps in this layout, whatever their input.
        optimizer: That of the model. Fused ones walk through weight and state alike.
    """
    network: Any = model  # whose stubs do not know the argument
    network.to(memory_format=torch.channels_last)
    for state in optimizer.state.values():
        for name, value in state.items():
            if isinstance(value, Tensor) and value.dim() == 4:
                state[name] = value.contiguous(memory_format=torch.channels_last)
