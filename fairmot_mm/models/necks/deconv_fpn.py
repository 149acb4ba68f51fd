"""The neck of FairMOT's ResNets with a feature pyramid."""

from collections.abc import Sequence

from mmengine.model import BaseModule
from torch import Tensor, nn

from fairmot_mm.models.layers.conv_bn_relu import ConvBNReLU
from fairmot_mm.models.layers.deconv_block import DeconvBlock
from fairmot_mm.registry import MODELS


@MODELS.register_module()
class DeconvFPN(BaseModule):
    """Top-down path: up-sample, add the projected finer level, smooth.

    It is the neck of the published architecture ``resfpndcn``. mmdet's ``FPN``
    up-samples by interpolation; this neck up-samples with trained transposed
    convolutions.

    Args:
        in_channels: Channels of the backbone levels of stride 4, 8, 16 and 32.
        channels: Channels after every up-sampling, the coarsest first.
        conv_cfg: ``dict(type='DCNv2')`` as published; ``None`` for plain convolutions.
        init_cfg: mmengine initialisation.
    """

    def __init__(
        self,
        in_channels: Sequence[int] = (64, 128, 256, 512),
        channels: Sequence[int] = (256, 128, 64),
        conv_cfg: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        ins = (in_channels[-1], *channels[:-1])
        finer = in_channels[-2::-1]
        self.ups = nn.ModuleList(
            DeconvBlock(i, o, conv_cfg) for i, o in zip(ins, channels, strict=True)
        )
        self.projs = nn.ModuleList(
            ConvBNReLU(i, o, conv_cfg) for i, o in zip(finer, channels, strict=True)
        )
        self.smooths = nn.ModuleList(ConvBNReLU(o, o, conv_cfg) for o in channels)
        self.out_channels = channels[-1]

    def forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor]:
        """Fuse the levels of the backbone.

        Args:
            inputs: Maps (B, C_k, H/2**k, W/2**k) for k = 2 to 5, the finest first.

        Returns:
            One map (B, O, H/4, W/4).
        """
        out = inputs[-1]
        steps = zip(self.ups, self.projs, self.smooths, inputs[-2::-1], strict=True)
        for up, proj, smooth, finer in steps:
            out = smooth(up(out) + proj(finer))
        return (out,)
