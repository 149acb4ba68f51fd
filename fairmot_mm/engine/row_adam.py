"""Adam for parameters with sparse gradients."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from fairmot_mm.registry import OPTIMIZERS


@OPTIMIZERS.register_module()
class RowAdam(torch.optim.Adam):
    """Adam that updates only the rows of a sparse gradient.

    The other rows of the parameter keep their weights and moments. (Adam would decay
    their moments and move their weights.) The cost of a step is therefore proportional
    to the rows in the gradient, see ``PartialClassifier(sparse_grad=True)``. A gradient
    with all rows gives the update of Adam. torch's ``SparseAdam`` also updates rows
    only, but does not support dense gradients.

    Args:
        params: Parameters or parameter groups.
        lr: Learning rate.
        betas: Decay rates of the two moments.
        eps: Constant that is added to the root of the second moment.
        weight_decay: L2 penalty. It applies only to the rows of a sparse gradient.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)

    @torch.no_grad()
    def step(self, closure: Callable | None = None) -> Any:  # type: ignore[override]
        """Update the parameters."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        sparse = []
        for group in self.param_groups:
            for parameter in group['params']:
                if parameter.grad is not None and parameter.grad.is_sparse:
                    self._update_rows(parameter, parameter.grad.coalesce(), group)
                    sparse.append((parameter, parameter.grad))
                    parameter.grad = None  # hides the parameter from Adam
        super().step()
        for parameter, grad in sparse:
            parameter.grad = grad
        return loss

    def _update_rows(
        self, parameter: nn.Parameter, grad: Tensor, group: dict[str, Any]
    ) -> None:
        """Update the rows of a coalesced gradient (n, ...) of an (N, ...) parameter."""
        state = self.state[parameter]
        if not state:
            state['step'] = torch.tensor(0.0)
            state['exp_avg'] = torch.zeros_like(parameter)
            state['exp_avg_sq'] = torch.zeros_like(parameter)
        state['step'] += 1
        step, (beta1, beta2) = state['step'].item(), group['betas']
        rows, values = grad.indices()[0], grad.values()
        weight = parameter[rows]
        if group['weight_decay']:
            values = values.add(weight, alpha=group['weight_decay'])
        mean = state['exp_avg'][rows].lerp_(values, 1 - beta1)
        square = state['exp_avg_sq'][rows]
        square.mul_(beta2).addcmul_(values, values, value=1 - beta2)
        state['exp_avg'][rows], state['exp_avg_sq'][rows] = mean, square
        root = square.sqrt_().div_((1 - beta2**step) ** 0.5).add_(group['eps'])
        rate = group['lr'] / (1 - beta1**step)
        parameter[rows] = weight.addcdiv_(mean, root, value=-rate)
