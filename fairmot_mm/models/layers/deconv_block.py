"""The up-sampling block of FairMOT's ResNets."""

from torch import Tensor, nn

from fairmot_mm.models.layers.bilinear import bilinear_deconv
from fairmot_mm.models.layers.conv_bn_relu import ConvBNReLU


class DeconvBlock(nn.Module):
    """Convolution, then up-sampling by 2, each followed by batch norm and ReLU.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        conv_cfg: Type of the convolution, see `ConvBNReLU`.
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
        """Apply the block.

        Args:
            x: (B, I, H, W) map.

        Returns:
            (B, O, 2 H, 2 W) map.
        """
        return self.relu(self.bn(self.deconv(self.conv(x))))
