"""HRNet with the batch norms of FairMOT's."""

from typing import Any

from mmdet.models.backbones import HRNet
from torch import nn

from fairmot_mm.registry import MODELS


@MODELS.register_module()
class HRNetV2(HRNet):
    """mmdet's HRNet; the layers between its resolutions have a momentum of their own.

    As published, ``norm_cfg`` holds 0.01 for stem and blocks, and the batch norms of
    the transition and fuse layers adapt ten times as fast.

    Args:
        extra: Stages, see mmdet's ``HRNet``.
        exchange_momentum: Batch-norm momentum of the transition and fuse layers.
        kwargs: See mmdet's ``HRNet``.
    """

    def __init__(
        self, extra: dict, exchange_momentum: float = 0.1, **kwargs: Any
    ) -> None:
        super().__init__(extra, **kwargs)
        for name, module in self.named_modules():
            if isinstance(module, nn.BatchNorm2d) and (
                name.startswith('transition') or '.fuse_layers.' in name
            ):
                module.momentum = exchange_momentum
