"""The neck of FairMOT's DLA-34."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from torch import Tensor, nn

from fairmot_mm.models.layers.bilinear import bilinear_upsample
from fairmot_mm.models.layers.conv_bn_relu import ConvBNReLU
from fairmot_mm.registry import MODELS


class IDAUp(nn.Module):
    """Iterative deep aggregation: fuse maps from the finest to the coarsest.

    Args:
        in_channels: Channels of the maps, the finest first; the first number equals
            ``out_channels``.
        out_channels: Channels of every output.
        up_factors: Factor of up-sampling for every map after the first.
        conv_cfg: Type of the convolutions, see `ConvBNReLU`.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        out_channels: int,
        up_factors: Sequence[int],
        conv_cfg: dict | None,
    ) -> None:
        super().__init__()
        self.projs = nn.ModuleList(
            ConvBNReLU(channels, out_channels, conv_cfg) for channels in in_channels[1:]
        )
        self.ups = nn.ModuleList(
            bilinear_upsample(out_channels, factor) for factor in up_factors
        )
        self.nodes = nn.ModuleList(
            ConvBNReLU(out_channels, out_channels, conv_cfg) for _ in up_factors
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
            outs.append(node(up(proj(feat)) + outs[-1]))
        return outs


@MODELS.register_module()
class DLAUp(BaseModule):
    """Neck of FairMOT's DLA-34: aggregate all levels into one map of stride 4.

    The first `IDAUp` fuses the two coarsest levels, the second the three coarsest, the
    third all four. A last `IDAUp` fuses their results (Zhou et al., Objects as Points,
    figure 6d, which adds the deformable convolutions).

    Args:
        in_channels: Channels of the four backbone levels of stride 4, 8, 16 and 32.
        conv_cfg: ``dict(type='DCNv2')`` as published for ``dla_34``; ``None`` for
            plain convolutions, as published for ``dlaconv_34``.
        init_cfg: mmengine initialisation.
    """

    def __init__(
        self,
        in_channels: Sequence[int] = (64, 128, 256, 512),
        conv_cfg: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        channels = list(in_channels)
        self.idas = nn.ModuleList()
        for start in range(len(channels) - 2, -1, -1):
            out_channels = channels[start]
            steps = len(channels) - 1 - start
            self.idas.append(
                IDAUp(channels[start:], out_channels, [2] * steps, conv_cfg)
            )
            channels[start:] = [out_channels] * (steps + 1)
        fused = list(in_channels[:-1])
        self.fuse = IDAUp(
            fused, fused[0], [2**step for step in range(1, len(fused))], conv_cfg
        )
        self.out_channels = fused[0]

    def forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor]:
        """Fuse the levels of the backbone.

        Args:
            inputs: Maps (B, C_k, H/2**k, W/2**k) for k = 2 to 5, the finest first.

        Returns:
            One map (B, C_2, H/4, W/4).
        """
        levels = list(inputs)
        outs: list[Tensor] = []
        for start, ida in zip(range(len(levels) - 2, -1, -1), self.idas, strict=True):
            levels[start:] = ida(levels[start:])
            outs.insert(0, levels[-1])
        return (self.fuse(outs)[-1],)
