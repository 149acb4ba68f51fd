"""The fusion of maps that the necks for DLA-34 consist of."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from fairmot_mm.models.layers.bilinear import bilinear_upsample
from fairmot_mm.models.layers.conv_bn_relu import ConvBNReLU


class IDAUp(nn.Module):
    """Iterative deep aggregation: fuse maps from the finest to the coarsest.

    Args:
        in_channels: Channels of the maps, the finest first; the first number equals
            ``out_channels``.
        out_channels: Channels of every output.
        up_factors: Factor of up-sampling for every map after the first.
        conv_cfg: Type of the convolutions, see `ConvBNReLU`.
        concat: Whether two maps are concatenated, after a 1 x 1 projection, as
            published for ``dlav0_34``. Otherwise they are added, after a 3 x 3 one.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        out_channels: int,
        up_factors: Sequence[int],
        conv_cfg: dict | None,
        concat: bool = False,
    ) -> None:
        super().__init__()
        self.concat = concat
        self.projs = nn.ModuleList(
            ConvBNReLU(channels, out_channels, conv_cfg, kernel_size=1 if concat else 3)
            for channels in in_channels[1:]
        )
        self.ups = nn.ModuleList(
            bilinear_upsample(out_channels, factor) for factor in up_factors
        )
        fused = 2 * out_channels if concat else out_channels
        self.nodes = nn.ModuleList(
            ConvBNReLU(fused, out_channels, conv_cfg) for _ in up_factors
        )

    def forward(self, feats: Sequence[Tensor]) -> list[Tensor]:
        """Fuse each map with the result for the map before it.

        Args:
            feats: Maps (B, C_k, H/s_k, W/s_k), the finest first.

        Returns:
            The first map as given, then one fusion (B, O, H/s_0, W/s_0) for each other.
        """
        outs = [feats[0]]
        layers = zip(self.projs, self.ups, self.nodes, strict=True)
        for feat, (proj, up, node) in zip(feats[1:], layers, strict=True):
            done, new = outs[-1], up(proj(feat))
            outs.append(node(torch.cat([done, new], 1) if self.concat else done + new))
        return outs
