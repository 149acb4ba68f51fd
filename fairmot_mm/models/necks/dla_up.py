"""The neck of FairMOT's DLA-34."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from torch import Tensor

from fairmot_mm.models.layers.ida_pyramid import IDAPyramid
from fairmot_mm.models.layers.ida_up import IDAUp
from fairmot_mm.registry import MODELS


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
        self.idas = IDAPyramid(in_channels, conv_cfg)
        fused = in_channels[:-1]
        factors = [2**step for step in range(1, len(fused))]
        self.fuse = IDAUp(fused, fused[0], factors, conv_cfg)
        self.out_channels = fused[0]

    def forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor]:
        """Fuse the levels of the backbone.

        Args:
            inputs: Maps (B, C_k, H/2**k, W/2**k) for k = 2 to 5, the finest first.

        Returns:
            One map (B, C_2, H/4, W/4).
        """
        return (self.fuse(self.idas(inputs))[-1],)
