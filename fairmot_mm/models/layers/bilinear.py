"""Transposed convolution that starts as bilinear interpolation."""

import torch
from torch import Tensor, nn


def bilinear_kernel(size: int) -> Tensor:
    """The (size, size) kernel that makes a transposed convolution interpolate.

    ``v[i] = 1 - |i / f - c|`` with ``f = ceil(size / 2)`` and
    ``c = (2 f - 1 - f mod 2) / (2 f)``; the kernel is the outer product of ``v``.
    """
    factor = (size + 1) // 2
    centre = (2 * factor - 1 - factor % 2) / (2 * factor)
    profile = 1 - (torch.arange(size) / factor - centre).abs()
    return profile[:, None] * profile[None, :]


def bilinear_upsample(channels: int, factor: int) -> nn.ConvTranspose2d:
    """Depth-wise, trainable up-sampling by ``factor``, initialised as bilinear."""
    layer = nn.ConvTranspose2d(
        channels,
        channels,
        kernel_size=2 * factor,
        stride=factor,
        padding=factor // 2,
        groups=channels,
        bias=False,
    )
    with torch.no_grad():
        layer.weight.copy_(bilinear_kernel(2 * factor).expand_as(layer.weight))
    return layer


def bilinear_deconv(channels: int) -> nn.ConvTranspose2d:
    """Full, trainable up-sampling by 2 that starts bilinear in output channel 0 only.

    That is how the published ResNets start: the kernel is written as for a depth-wise
    layer, so every other slice keeps PyTorch's random numbers.
    """
    layer = nn.ConvTranspose2d(channels, channels, 4, stride=2, padding=1, bias=False)
    with torch.no_grad():
        layer.weight[:, 0] = bilinear_kernel(4)
    return layer
