"""The block of FairMOT's up-sampling paths."""

from mmcv.cnn import build_conv_layer
from torch import Tensor, nn


class ConvBNReLU(nn.Module):
    """Convolution, deformable or plain, then batch norm and ReLU.

    mmcv's ``ConvModule`` is not used because it re-initialises plain convolutions, and
    because the published deformable ones keep their bias although a norm follows.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        conv_cfg: Convolution as mmcv builds it, ``dict(type='DCNv2')`` for the
            published deformable one; ``None`` is a plain convolution without bias.
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
        self.conv = build_conv_layer(
            conv_cfg,
            in_channels,
            out_channels,
            kernel_size=kernel_size,
            padding=kernel_size // 2,
            bias=conv_cfg is not None,
        )
        self.bn = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, I, H, W) to (B, O, H, W)."""
        return self.relu(self.bn(self.conv(x)))
