"""The losses of the tasks, before they are weighted."""

from collections.abc import Mapping

import torch
from torch import Tensor

TaskLosses = Mapping[str, Mapping[str, Tensor]]


def log_values(task_losses: TaskLosses) -> dict[str, Tensor]:
    """Name single losses for the log so that mmengine does not add them again.

    Args:
        task_losses: For every task its losses by name, scalars.

    Returns:
        The losses without gradient, by name without ``loss_``.
    """
    return {
        name.removeprefix('loss_'): value.detach()
        for losses in task_losses.values()
        for name, value in losses.items()
    }


def task_sums(task_losses: TaskLosses) -> dict[str, Tensor]:
    """Add the losses of each task.

    Args:
        task_losses: For every task its losses by name, scalars.

    Returns:
        The sum of every task, a scalar.
    """
    return {
        task: torch.stack(list(losses.values())).sum()
        for task, losses in task_losses.items()
    }
