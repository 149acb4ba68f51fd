"""The small convolutional branch that every output of FairMOT has."""

from mmcv.cnn import build_activation_layer
from torch import nn

RELU = {'type': 'ReLU', 'inplace': True}


def head_branch(
    in_channels: int,
    feat_channels: int,
    out_channels: int,
    bias: float | None = 0.0,
    act_cfg: dict | None = None,
) -> nn.Sequential:
    """3 x 3 convolution, activation, 1 x 1 convolution, all with bias.

    Args:
        in_channels: Channels of the shared feature map.
        feat_channels: Channels between the convolutions; 0 leaves only the 1 x 1.
        out_channels: Channels of the output.
        bias: Start value of every bias; ``None`` keeps PyTorch's random ones.
        act_cfg: Activation as mmcv builds it, ReLU by default.

    Returns:
        The branch; its last module is the 1 x 1 convolution.
    """
    layers: list[nn.Module] = []
    if feat_channels:
        layers = [
            nn.Conv2d(in_channels, feat_channels, 3, padding=1),
            build_activation_layer(dict(act_cfg or RELU)),
        ]
    layers.append(nn.Conv2d(feat_channels or in_channels, out_channels, 1))
    if bias is not None:
        for layer in layers:
            if isinstance(layer, nn.Conv2d) and layer.bias is not None:
                nn.init.constant_(layer.bias, bias)
    return nn.Sequential(*layers)
