"""mmdet's HRNet with the batch-norm settings of the published FairMOT."""

from typing import Any

from mmdet.models.backbones import HRNet
from torch import nn

from fairmot_mm.registry import MODELS


@MODELS.register_module()
class HRNetV2(HRNet):
    """mmdet's HRNet, with a second batch-norm momentum for the layers between branches.

    mmdet's class has one momentum for all layers. In the published network the stem and
    the blocks have 0.01 (``norm_cfg``), and the transition and fuse layers, which
    connect the branches of different resolution, have 0.1. Shapes are those of mmdet's
    class.

    Args:
        extra: Configuration of the four HRNet stages, see mmdet's ``HRNet``.
        exchange_momentum: Batch-norm momentum of the transition and fuse layers.
        kwargs: Other arguments of mmdet's ``HRNet``.
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
