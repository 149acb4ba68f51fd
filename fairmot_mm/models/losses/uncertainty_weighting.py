"""Learned weights of detection and re-identification."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from fairmot_mm.models.losses.task_losses import TaskLosses, log_values, task_sums
from fairmot_mm.models.utils.single_precision import without_autocast
from fairmot_mm.registry import MODELS


@MODELS.register_module()
class UncertaintyWeighting(nn.Module):
    """Learned task weights (Kendall et al., CVPR 2018; FairMOT equation 6).

    ``loss = 1/2 * sum_t(exp(-s_t) * L_t + s_t)`` with one learned scalar s_t for each
    task.
    A task whose loss is 0, because nothing in the batch belongs to it, does not move
    its scalar.

    Args:
        init_log_vars: Start value of s_t of every task; as published -1.85 for
            detection and -1.05 for identities.
    """

    def __init__(self, init_log_vars: Mapping[str, float] | None = None) -> None:
        super().__init__()
        values = init_log_vars or {'det': -1.85, 'id': -1.05}
        self.log_vars = nn.ParameterDict(
            {task: nn.Parameter(torch.full((1,), s)) for task, s in values.items()}
        )

    def forward(self, task_losses: TaskLosses) -> dict[str, Tensor]:
        """Weight the losses of the tasks.

        Args:
            task_losses: For every task (``det``, ``id``) its losses by name, scalars.

        Returns:
            ``loss`` to minimise; the single losses and ``s_<task>`` for the log;
            scalars.
        """
        terms = []
        logs = log_values(task_losses)
        for task, value in task_sums(task_losses).items():
            s = self.log_vars[task].squeeze()
            with without_autocast(value):
                contributes = (value.detach() > 0).to(s.dtype)
                terms.append((torch.exp(-s) * value + s * contributes) / 2)
            logs[f's_{task}'] = s.detach()
        return {'loss': sum(terms[1:], terms[0]), **logs}
