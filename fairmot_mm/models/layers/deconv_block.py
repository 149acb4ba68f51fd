"""The up-sampling block of FairMOT's ResNets."""

from torch import Tensor, nn

from fairmot_mm.models.layers.bilinear import bilinear_deconv
from fairmot_mm.models.layers.conv_block import ConvBNReLU


class DeconvBlock(nn.Module):
    """Convolution, then transposed convolution by 2, each with batch norm and ReLU.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        conv_cfg: Of the convolution, see `ConvBNReLU`.
    """

    def __init__(
        self, in_channels: int, out_channels: int, conv_cfg: dict | None
    ) -> None:
        super().__init__()
        self.conv = ConvBNReLU(in_channels, out_channels, conv_cfg)
        self.deconv = bilinear_deconv(out_channels)
        self.bn = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, I, H, W) to (B, O, 2 H, 2 W)."""
        return self.relu(self.bn(self.deconv(self.conv(x))))
