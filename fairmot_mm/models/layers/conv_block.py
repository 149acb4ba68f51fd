"""The block of FairMOT's up-sampling paths."""

from torch import Tensor, nn

from fairmot_mm.registry import MODELS


class ConvBNReLU(nn.Module):
    """Convolution, deformable or plain, then batch norm and ReLU.

    mmcv's ``ConvModule`` is not used because it re-initialises plain convolutions, and
    because the published deformable ones keep their bias although a norm follows.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        conv_cfg: Any convolution in MODELS, ``dict(type='DCNv2')`` for the published
            deformable one; ``None`` is a plain convolution without bias.
        kernel_size: An odd number; the size of the map stays.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        conv_cfg: dict | None,
        kernel_size: int = 3,
    ) -> None:
        super().__init__()
        self.conv = MODELS.build(
            dict(
                conv_cfg or {'type': 'Conv2d'},
                in_channels=in_channels,
                out_channels=out_channels,
                kernel_size=kernel_size,
                padding=kernel_size // 2,
                bias=conv_cfg is not None,
            )
        )
        self.bn = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, I, H, W) to (B, O, H, W)."""
        return self.relu(self.bn(self.conv(x)))
