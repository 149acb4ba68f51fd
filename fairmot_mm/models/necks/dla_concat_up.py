"""The neck of FairMOT's older DLA-34, ``dlav0_34``."""

from collections.abc import Sequence

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from fairmot_mm.models.layers.bilinear import bilinear_upsample
from fairmot_mm.models.layers.conv_bn_relu import ConvBNReLU
from fairmot_mm.registry import MODELS


class ConcatFusion(nn.Module):
    """Fuse maps by concatenation, from the finest to the coarsest.

    Args:
        in_channels: Channels of the maps, the finest first; the first number equals
            ``out_channels``.
        out_channels: Channels of every output.
    """

    def __init__(self, in_channels: Sequence[int], out_channels: int) -> None:
        super().__init__()
        self.projs = nn.ModuleList(
            ConvBNReLU(channels, out_channels, None, kernel_size=1)
            for channels in in_channels[1:]
        )
        self.ups = nn.ModuleList(bilinear_upsample(out_channels, 2) for _ in self.projs)
        self.nodes = nn.ModuleList(
            ConvBNReLU(2 * out_channels, out_channels, None) for _ in self.projs
        )

    def forward(self, feats: Sequence[Tensor]) -> list[Tensor]:
        """Fuse each map with the result for the map before it.

        Args:
            feats: Maps (B, C_0, 2 H, 2 W), then (B, C_k, H, W), the finest first.

        Returns:
            The first map as given, then one fusion (B, O, 2 H, 2 W) for each other.
        """
        outs = [feats[0]]
        layers = zip(self.projs, self.ups, self.nodes, strict=True)
        for feat, (proj, up, node) in zip(feats[1:], layers, strict=True):
            outs.append(node(torch.cat([outs[-1], up(proj(feat))], dim=1)))
        return outs


@MODELS.register_module()
class DLAConcatUp(BaseModule):
    """The neck of the published architecture ``dlav0_34``.

    It has the pyramid of `DLAUp`, with plain convolutions. It concatenates maps where
    `DLAUp` adds them, and it has no last fusion (Yu et al., Deep Layer Aggregation,
    CVPR 2018, section 4.2).

    Args:
        in_channels: Channels of the four backbone levels of stride 4, 8, 16 and 32.
        init_cfg: mmengine initialisation.
    """

    def __init__(
        self,
        in_channels: Sequence[int] = (64, 128, 256, 512),
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        channels = list(in_channels)
        self.pyramid = nn.ModuleList()
        for start in range(len(channels) - 2, -1, -1):
            self.pyramid.append(ConcatFusion(channels[start:], channels[start]))
            channels[start:] = [channels[start]] * (len(channels) - start)
        self.out_channels = channels[0]

    def forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor]:
        """Fuse the levels of the backbone.

        Args:
            inputs: Maps (B, C_k, H/2**k, W/2**k) for k = 2 to 5, the finest first.

        Returns:
            One map (B, C_2, H/4, W/4).
        """
        levels = list(inputs)
        starts = range(len(levels) - 2, -1, -1)
        for start, fusion in zip(starts, self.pyramid, strict=True):
            levels[start:] = fusion(levels[start:])
        return (levels[-1],)
