"""The neck of FairMOT's light network, YOLOv5s."""

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
    """Top-down path of YOLOv5 with one more level, so that it ends at stride 4.

    At each level, a 1 x 1 convolution reduces the channels to those of the finer level,
    the map is up-sampled by 2 (nearest neighbour), and a CSP layer fuses both maps.
    Unlike mmdet's ``YOLOXPAFPN`` it has no bottom-up path, because FairMOT reads only
    the finest map.

    Args:
        in_channels: Channels of the backbone levels of stride 4, 8, 16 and 32.
        num_blocks: Bottlenecks of every CSP layer.
        norm_cfg: Batch norm; by default the published one.
        act_cfg: Activation; SiLU by default.
        init_cfg: mmengine initialisation; by default the one of PyTorch's layers.
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
        csp_cfg = dict(num_blocks=num_blocks, add_identity=False, **layer_cfg)
        finer = in_channels[-2::-1]
        self.reduces, self.fuses = nn.ModuleList(), nn.ModuleList()
        channels = in_channels[-1]
        for level in finer:
            self.reduces.append(ConvModule(channels, level, 1, **layer_cfg))
            self.fuses.append(CSPLayer(2 * level, level, **csp_cfg))
            channels = level
        self.out_channels = channels

    def forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor]:
        """Fuse the levels of the backbone.

        Args:
            inputs: Maps (B, C_k, H/2**k, W/2**k) for k = 2 to 5, the finest first.

        Returns:
            One map (B, C_2, H/4, W/4).
        """
        out = inputs[-1]
        steps = zip(self.reduces, self.fuses, inputs[-2::-1], strict=True)
        for reduce, fuse, finer in steps:
            up = F.interpolate(reduce(out), scale_factor=2, mode='nearest')
            out = fuse(torch.cat([up, finer], dim=1))
        return (out,)
