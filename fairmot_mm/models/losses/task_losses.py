"""The losses of the tasks, before they are weighted."""

from collections.abc import Mapping

import torch
from torch import Tensor

TaskLosses = Mapping[str, Mapping[str, Tensor]]


def log_values(task_losses: TaskLosses) -> dict[str, Tensor]:
    """Single losses for the log, named so that mmengine does not add them again."""
    return {
        name.removeprefix('loss_'): value.detach()
        for losses in task_losses.values()
        for name, value in losses.items()
    }


def task_sums(task_losses: TaskLosses) -> dict[str, Tensor]:
    """The sum of the losses of each task, scalars."""
    return {
        task: torch.stack(list(losses.values())).sum()
        for task, losses in task_losses.items()
    }
