"""The backbone DLA-34 (Yu et al., Deep Layer Aggregation, CVPR 2018)."""

from collections.abc import Sequence

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from fairmot_mm.models.layers.conv_bn_relu import ConvBNReLU
from fairmot_mm.registry import MODELS
from fairmot_mm.utils.errors import ConfigError


def _conv_bn_relu(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(
            in_channels,
            out_channels,
            kernel_size,
            stride=stride,
            padding=kernel_size // 2,
            bias=False,
        ),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )


class DLABlock(nn.Module):
    """Residual block of two 3 x 3 convolutions; the caller computes the shortcut.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        stride: Stride of the first convolution.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, out_channels, 3, stride=stride, padding=1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor, residual: Tensor) -> Tensor:
        """Apply the block.

        Args:
            x: (B, I, H, W) input map.
            residual: (B, O, H/stride, W/stride) shortcut, added before the last ReLU.

        Returns:
            (B, O, H/stride, W/stride) map.
        """
        out = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(out)) + residual)


class DLATree(nn.Module):
    """Two residual blocks and the root that aggregates them (depth 1).

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        stride: Down-sampling of the first block; the shortcut is max-pooled by it.
        level_root: Whether the pooled input is one of the inputs of the root.
        child_channels: Sum of the channels of the maps that an enclosing tree passes.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        stride: int = 1,
        level_root: bool = False,
        child_channels: int = 0,
    ) -> None:
        super().__init__()
        self.level_root = level_root
        self.tree1 = DLABlock(in_channels, out_channels, stride)
        self.tree2 = DLABlock(out_channels, out_channels)
        root_channels = 2 * out_channels + child_channels
        if level_root:
            root_channels += in_channels
        self.root = ConvBNReLU(root_channels, out_channels, None, kernel_size=1)
        self.downsample = nn.MaxPool2d(stride) if stride > 1 else nn.Identity()
        self.project: nn.Module = nn.Identity()
        if in_channels != out_channels:
            self.project = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x: Tensor, children: Sequence[Tensor] = ()) -> Tensor:
        """Apply the tree.

        Args:
            x: (B, I, H, W) input map.
            children: Maps (B, C_k, H/stride, W/stride) from an enclosing tree.

        Returns:
            (B, O, H/stride, W/stride) map.
        """
        bottom = self.downsample(x)
        if self.level_root:
            children = [*children, bottom]
        x1 = self.tree1(x, self.project(bottom))
        x2 = self.tree2(x1, x1)
        return self.root(torch.cat([x2, x1, *children], dim=1))


class DLADeepTree(nn.Module):
    """Two trees in a row; the root of the second also reads the earlier maps (depth 2).

    The published network also computes a projection here and never uses the result.
    This class leaves the projection out, and the conversion of a published checkpoint
    drops its tensors.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        stride: Down-sampling of the first tree.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.downsample = nn.MaxPool2d(stride)
        self.tree1 = DLATree(in_channels, out_channels, stride)
        self.tree2 = DLATree(
            out_channels, out_channels, child_channels=in_channels + out_channels
        )

    def forward(self, x: Tensor) -> Tensor:
        """Apply both trees.

        Args:
            x: (B, I, H, W) input map.

        Returns:
            (B, O, H/stride, W/stride) map.
        """
        x1 = self.tree1(x)
        return self.tree2(x1, children=[self.downsample(x), x1])


@MODELS.register_module()
class DLANet(BaseModule):
    """DLA-34, the backbone of FairMOT (Yu et al., Deep Layer Aggregation, CVPR 2018).

    mmdet has no DLA. This one holds the same tensors as the published checkpoints.
    Letters: B images of H x W pixels, c = ``base_channels``.

    Args:
        depth: Must be 34, the only depth that is published with FairMOT.
        base_channels: Channels of the first level; level k >= 1 has ``2 ** k`` times as
            many. 16 is the published network.
        out_indices: Levels to return, each from 0 to 5; level k has stride ``2 ** k``.
        init_cfg: mmengine initialisation, e.g. ``dict(type='Pretrained', ...)``.

    Raises:
        ConfigError: `depth` is not 34, or a level does not exist.
    """

    def __init__(
        self,
        depth: int = 34,
        base_channels: int = 16,
        out_indices: Sequence[int] = (2, 3, 4, 5),
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        if depth != 34:
            raise ConfigError(f'depth={depth} of DLANet: only depth=34 is available')
        if not set(out_indices) <= set(range(6)):
            raise ConfigError(
                f'out_indices={out_indices} of DLANet: use levels from 0 to 5'
            )
        self.out_indices = tuple(out_indices)
        c = [base_channels * 2**level for level in range(6)]
        self.base_layer = _conv_bn_relu(3, c[0], 7)
        self.level0 = _conv_bn_relu(c[0], c[0], 3)
        self.level1 = _conv_bn_relu(c[0], c[1], 3, stride=2)
        self.level2 = DLATree(c[1], c[2], stride=2)
        self.level3 = DLADeepTree(c[2], c[3], stride=2)
        self.level4 = DLADeepTree(c[3], c[4], stride=2)
        self.level5 = DLATree(c[4], c[5], stride=2, level_root=True)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Compute the feature maps.

        Args:
            x: (B, 3, H, W) images; H and W are multiples of 32.

        Returns:
            The map (B, c * 2**k, H / 2**k, W / 2**k) of every level k in `out_indices`.
        """
        outs = []
        x = self.base_layer(x)
        for index in range(max(self.out_indices) + 1):
            x = getattr(self, f'level{index}')(x)
            if index in self.out_indices:
                outs.append(x)
        return tuple(outs)
