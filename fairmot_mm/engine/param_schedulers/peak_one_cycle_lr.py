"""One cycle of the learning rate, up to that of the optimizer and down again."""

from typing import Any, Literal

from mmengine.optim import OneCycleLR
from torch.optim import Optimizer

from fairmot_mm.registry import PARAM_SCHEDULERS


@PARAM_SCHEDULERS.register_module()
class PeakOneCycleLR(OneCycleLR):
    """mmengine's ``OneCycleLR`` whose peak is the learning rate of the optimizer.

    The peak of a parameter group is the rate that the optimizer has for it. So ``lr``,
    ``--auto-scale-lr`` and ``paramwise_cfg`` work as with other schedules. With
    mmengine's class the peak is a number of its own, ``eta_max``, for all groups.

    Args:
        optimizer: Optimizer or its wrapper; the Runner gives it.
        total_steps: Number of epochs (or iterations, with ``by_epoch=False``).
        pct_start: Share of the steps in which the rate rises.
        anneal_strategy: ``'cos'`` or ``'linear'``.
        div_factor: The rate begins with this part of the peak.
        final_div_factor: The rate ends with this part of the rate at the beginning.
        three_phase: Whether the rate falls to that of the beginning as fast as it rose,
            and further after that.
        **kwargs: ``begin``, ``end``, ``last_step``, ``by_epoch`` and ``verbose`` of
            every schedule of mmengine.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        total_steps: int,
        pct_start: float = 0.3,
        anneal_strategy: Literal['cos', 'linear'] = 'cos',
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            optimizer,
            eta_max=[group['lr'] for group in optimizer.param_groups],
            total_steps=total_steps,
            pct_start=float(pct_start),
            anneal_strategy=anneal_strategy,
            div_factor=div_factor,
            final_div_factor=final_div_factor,
            three_phase=three_phase,
            **kwargs,
        )
