"""One cycle of the learning rate, up to that of the optimizer and down again."""

from typing import Any

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
        **kwargs: Further arguments of ``OneCycleLR``, such as ``pct_start``.
    """

    def __init__(self, optimizer: Optimizer, total_steps: int, **kwargs: Any) -> None:
        peaks = [group['lr'] for group in optimizer.param_groups]
        super().__init__(optimizer, eta_max=peaks, total_steps=total_steps, **kwargs)
