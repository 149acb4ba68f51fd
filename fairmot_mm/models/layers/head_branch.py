"""The small convolutional branch in front of every output of FairMOT."""

from mmcv.cnn import build_activation_layer
from torch import nn

RELU = {'type': 'ReLU', 'inplace': True}


def head_branch(
    in_channels: int,
    feat_channels: int,
    out_channels: int,
    bias: float | None = 0.0,
    act_cfg: dict | None = None,
    weight_std: float | None = None,
    std_of_output_only: bool = False,
) -> nn.Sequential:
    """Build a branch: 3 x 3 convolution, activation, 1 x 1 convolution, with biases.

    Args:
        in_channels: Channels of the shared feature map.
        feat_channels: Channels between the convolutions; 0 builds only the 1 x 1
            convolution.
        out_channels: Channels of the output.
        bias: First value of every bias; ``None`` keeps PyTorch's random values.
        act_cfg: Activation as mmcv builds it, ReLU by default.
        weight_std: Standard deviation of the normal distribution from which weights
            start; ``None`` keeps PyTorch's initialisation.
        std_of_output_only: Whether `weight_std` applies to the last convolution only.
            As in the published code, this means every convolution with ``out_channels``
            outputs: both of them if ``feat_channels`` equals ``out_channels``.

    Returns:
        Branch from (B, I, H, W) to (B, O, H, W); its last module is the 1 x 1
        convolution.
    """
    layers: list[nn.Module] = []
    if feat_channels:
        layers = [
            nn.Conv2d(in_channels, feat_channels, 3, padding=1),
            build_activation_layer(dict(act_cfg or RELU)),
        ]
    layers.append(nn.Conv2d(feat_channels or in_channels, out_channels, 1))
    for layer in layers:
        if not isinstance(layer, nn.Conv2d):
            continue
        if bias is not None and layer.bias is not None:
            nn.init.constant_(layer.bias, bias)
        if weight_std is not None and (
            not std_of_output_only or layer.out_channels == out_channels
        ):
            nn.init.normal_(layer.weight, std=weight_std)
    return nn.Sequential(*layers)
