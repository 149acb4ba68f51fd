"""The neck of FairMOT's older DLA-34, ``dlav0_34``."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from torch import Tensor

from fairmot_mm.models.layers.ida_pyramid import IDAPyramid
from fairmot_mm.registry import MODELS


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
        self.pyramid = IDAPyramid(in_channels, conv_cfg=None, concat=True)
        self.out_channels = in_channels[0]

    def forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor]:
        """Fuse the levels of the backbone.

        Args:
            inputs: Maps (B, C_k, H/2**k, W/2**k) for k = 2 to 5, the finest first.

        Returns:
            One map (B, C_2, H/4, W/4).
        """
        return (self.pyramid(inputs)[0],)
