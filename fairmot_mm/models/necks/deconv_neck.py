"""The neck of FairMOT's plain ResNets."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from torch import Tensor, nn

from fairmot_mm.models.layers.deconv_block import DeconvBlock
from fairmot_mm.registry import MODELS


@MODELS.register_module()
class DeconvNeck(BaseModule):
    """Read the coarsest level only and up-sample it by 2, three times.

    It is the neck of the published architecture ``resdcn`` (Xiao et al., Simple
    Baselines, ECCV 2018, with deformable convolutions). mmdet's ``CTResNetNeck`` has
    the same layers, but its deformable convolutions have no bias and cannot hold the
    published weights.

    Args:
        in_channels: Channels of the last backbone level, of stride 32.
        channels: Channels after every up-sampling; three of them lead to stride 4.
        conv_cfg: ``dict(type='DCNv2')`` as published; ``None`` for plain convolutions.
        init_cfg: mmengine initialisation.
    """

    def __init__(
        self,
        in_channels: int = 512,
        channels: Sequence[int] = (256, 128, 64),
        conv_cfg: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        ins = (in_channels, *channels[:-1])
        self.steps = nn.Sequential(
            *(DeconvBlock(i, o, conv_cfg) for i, o in zip(ins, channels, strict=True))
        )
        self.out_channels = channels[-1]

    def forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor]:
        """Up-sample the last map.

        Args:
            inputs: Maps of the backbone; the last is (B, C, H/32, W/32).

        Returns:
            One map (B, O, H/4, W/4).
        """
        return (self.steps(inputs[-1]),)
