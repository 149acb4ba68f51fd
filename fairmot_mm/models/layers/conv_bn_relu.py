"""The convolution block of FairMOT's necks."""

from torch import Tensor, nn

from fairmot_mm.registry import MODELS


class ConvBNReLU(nn.Module):
    """Convolution, deformable or plain, then batch norm and ReLU.

    mmcv's ``ConvModule`` changes the initialisation of plain convolutions; this block
    keeps PyTorch's. A deformable convolution has a bias here, as published, although a
    batch norm follows.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        conv_cfg: Any convolution in MODELS, ``dict(type='DCNv2')`` for the published
            deformable one; ``None`` is a plain convolution without bias.
        kernel_size: An odd number; padding keeps the size of the map.
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
        """Apply the block.

        Args:
            x: (B, I, H, W) map.

        Returns:
            (B, O, H, W) map.
        """
        return self.relu(self.bn(self.conv(x)))
