"""Constant weights of detection and re-identification."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from fairmot_mm.models.losses.task_losses import TaskLosses, log_values, task_sums
from fairmot_mm.registry import MODELS


@MODELS.register_module()
class FixedWeighting(nn.Module):
    """Constant task weights, as published with ``--multi_loss fix``.

    Args:
        weights: Weight of every task; as published, 1 for detection and 0.1
            for identities.
    """

    def __init__(self, weights: Mapping[str, float] | None = None) -> None:
        super().__init__()
        self.weights = dict(weights or {'det': 1.0, 'id': 0.1})

    def forward(self, task_losses: TaskLosses) -> dict[str, Tensor]:
        """Add the losses of the tasks by their weights.

        Args:
            task_losses: For every task (``det``, ``id``) its losses by name, scalars.

        Returns:
            ``loss`` to minimise, and the single losses for the log; scalars.
        """
        sums = task_sums(task_losses)
        total = torch.stack([self.weights[task] * sums[task] for task in sums]).sum()
        return {'loss': total, **log_values(task_losses)}
