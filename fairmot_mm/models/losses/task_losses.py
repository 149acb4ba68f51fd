"""The losses of the tasks, before they are weighted."""

from collections.abc import Mapping

import torch
from torch import Tensor

from fairmot_mm.models.utils.single_precision import (
    in_single_precision,
    without_autocast,
)

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
    """Add the losses of each task, in single precision.

    Args:
        task_losses: For every task its losses by name, scalars.

    Returns:
        The sum of every task, a scalar.
    """
    sums = {}
    for task, losses in task_losses.items():
        values = [in_single_precision(value) for value in losses.values()]
        with without_autocast(values[0]):
            sums[task] = torch.stack(values).sum()
    return sums
