"""The pyramid of fusions that the necks for DLA-34 start with."""

from collections.abc import Sequence

from torch import Tensor, nn

from fairmot_mm.models.layers.ida_up import IDAUp


class IDAPyramid(nn.ModuleList):
    """The first `IDAUp` fuses the two coarsest levels, each next one a level more.

    Args:
        in_channels: Channels of the levels, the finest first; each level has half the
            stride of the next one.
        conv_cfg: See `IDAUp`.
        concat: See `IDAUp`.
    """

    def __init__(
        self, in_channels: Sequence[int], conv_cfg: dict | None, concat: bool = False
    ) -> None:
        channels = list(in_channels)
        fusions = []
        for start in range(len(channels) - 2, -1, -1):
            own = channels[start]
            factors = [2] * (len(channels) - 1 - start)
            fusions.append(IDAUp(channels[start:], own, factors, conv_cfg, concat))
            channels[start:] = [own] * (len(factors) + 1)
        super().__init__(fusions)

    def forward(self, feats: Sequence[Tensor]) -> list[Tensor]:
        """Fuse the levels.

        Args:
            feats: Maps (B, C_k, H/2**k, W/2**k), the finest first.

        Returns:
            The last result of every `IDAUp`, the finest map first.
        """
        levels, outs = list(feats), []
        for start, fusion in zip(range(len(levels) - 2, -1, -1), self, strict=True):
            levels[start:] = fusion(levels[start:])
            outs.insert(0, levels[-1])
        return outs
