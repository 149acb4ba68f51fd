"""Training in the memory format ``channels_last``."""

from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import Tensor, nn

from fairmot_mm.registry import HOOKS


@HOOKS.register_module()
class ChannelsLastHook(Hook):
    """Train with weights and maps in the memory format ``channels_last``.

    The channels of a pixel then lie next to each other in memory. Convolutions are
    faster in this format on a CPU, and on a GPU in half precision. Results equal those
    of the usual format up to rounding.
    """

    def before_train(self, runner: Runner) -> None:
        """Convert the weights and, after a resume, the state of the optimizer."""
        to_channels_last(runner.model, runner.optim_wrapper.optimizer)


def to_channels_last(model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Put a model and the state of its optimizer into ``channels_last``, in place.

    Args:
        model: The model. Its convolutions then return maps in this format, whatever
            the format of their input.
        optimizer: The optimizer of the model. A fused optimizer needs weights and state
            in the same format.
    """
    network: Any = model  # torch declares no memory_format for `to`
    network.to(memory_format=torch.channels_last)
    for state in optimizer.state.values():
        for name, value in state.items():
            if isinstance(value, Tensor) and value.dim() == 4:
                state[name] = value.contiguous(memory_format=torch.channels_last)
