"""Transposed convolutions that start as bilinear interpolation."""

import torch
from torch import Tensor, nn


def bilinear_kernel(size: int) -> Tensor:
    """Compute the kernel with which a transposed convolution interpolates.

    ``v[i] = 1 - |i / f - c|`` with ``f = ceil(size / 2)`` and
    ``c = (2 f - 1 - f mod 2) / (2 f)``; the kernel is the outer product of ``v``.

    Args:
        size: Height and width of the kernel.

    Returns:
        (size, size) float32 kernel.
    """
    factor = (size + 1) // 2
    centre = (2 * factor - 1 - factor % 2) / (2 * factor)
    profile = 1 - (torch.arange(size) / factor - centre).abs()
    return profile[:, None] * profile[None, :]


def bilinear_upsample(channels: int, factor: int) -> nn.ConvTranspose2d:
    """Build a depth-wise, trainable up-sampling that starts as bilinear interpolation.

    Args:
        channels: Channels of input and output.
        factor: Factor of up-sampling.

    Returns:
        Layer from (B, C, H, W) to (B, C, factor H, factor W).
    """
    size, padding = 2 * factor, factor // 2
    layer = nn.ConvTranspose2d(
        channels, channels, size, factor, padding, groups=channels, bias=False
    )
    with torch.no_grad():
        layer.weight.copy_(bilinear_kernel(size).expand_as(layer.weight))
    return layer


def bilinear_deconv(channels: int) -> nn.ConvTranspose2d:
    """Build a full, trainable up-sampling by 2, bilinear in output channel 0 only.

    The published ResNets start like this: their code writes the kernel as if the layer
    were depth-wise, and every other slice keeps PyTorch's random numbers.

    Args:
        channels: Channels of input and output.

    Returns:
        Layer from (B, C, H, W) to (B, C, 2 H, 2 W).
    """
    layer = nn.ConvTranspose2d(channels, channels, 4, stride=2, padding=1, bias=False)
    with torch.no_grad():
        layer.weight[:, 0] = bilinear_kernel(4)
    return layer
