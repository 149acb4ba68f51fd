"""The up-sampling path of FairMOT's light network."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812
from mmcv.cnn import ConvModule
from mmdet.models.layers import CSPLayer
from mmengine.model import BaseModule
from torch import Tensor, nn

from fairmot_mm.registry import MODELS


@MODELS.register_module()
class YOLOv5Neck(BaseModule):
    """Top-down path of YOLOv5, one step longer: it ends at stride 4.

    Each step: a 1 x 1 convolution to the width of the finer level, the map doubled
    (nearest), and a CSP layer that fuses both. FairMOT reads the finest map, so there
    is no way back down.

    Args:
        in_channels: Channels of the backbone levels of stride 4, 8, 16 and 32.
        num_blocks: Bottlenecks of every CSP layer.
        norm_cfg: Batch norm, as published by default.
        act_cfg: Activation.
        init_cfg: mmengine initialisation; by default PyTorch's own.
    """

    def __init__(
        self,
        in_channels: Sequence[int] = (64, 128, 256, 512),
        num_blocks: int = 1,
        norm_cfg: dict | None = None,
        act_cfg: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(
            init_cfg=init_cfg
            or dict(
                type='Kaiming',
                layer='Conv2d',
                a=5**0.5,
                distribution='uniform',
                mode='fan_in',
                nonlinearity='leaky_relu',
            )
        )
        layer_cfg = dict(
            norm_cfg=norm_cfg or dict(type='BN', momentum=0.03, eps=1e-3),
            act_cfg=act_cfg or dict(type='SiLU'),
        )
        finer = in_channels[-2::-1]
        self.reduces, self.fuses = nn.ModuleList(), nn.ModuleList()
        channels = in_channels[-1]
        for level in finer:
            self.reduces.append(ConvModule(channels, level, 1, **layer_cfg))
            self.fuses.append(
                CSPLayer(
                    2 * level,
                    level,
                    num_blocks=num_blocks,
                    add_identity=False,
                    **layer_cfg,
                )
            )
            channels = level
        self.out_channels = channels

    def forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor]:
        """Fuse (B, C_k, H/2**k, W/2**k), k = 2 to 5, into one (B, C_2, H/4, W/4)."""
        out = inputs[-1]
        steps = zip(self.reduces, self.fuses, inputs[-2::-1], strict=True)
        for reduce, fuse, finer in steps:
            up = F.interpolate(reduce(out), scale_factor=2, mode='nearest')
            out = fuse(torch.cat([up, finer], dim=1))
        return (out,)
