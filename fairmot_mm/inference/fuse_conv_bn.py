"""Folding batch norms into the convolutions before them."""

from itertools import pairwise

from mmcv.ops import ModulatedDeformConv2d
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights


def fuse_conv_bn(network: nn.Module) -> int:
    """Fold the batch norms of a network in eval mode into their convolutions.

    Results differ by the rounding of the products. mmcv's function of this name leaves
    deformable and transposed convolutions as they are.

    Args:
        network: Changed in place: a batch norm that is registered right after a
            convolution, as a child of the same module, becomes an identity.

    Returns:
        Number of batch norms that were folded.
    """
    fused = 0
    for parent in list(network.modules()):
        for (_, conv), (name, norm) in pairwise(list(parent.named_children())):
            if isinstance(norm, nn.BatchNorm2d) and _is_known(conv):
                _fold(conv, norm)
                setattr(parent, name, nn.Identity())
                fused += 1
    return fused


def _is_known(conv: nn.Module) -> bool:
    """Whether a batch norm can be folded into a module."""
    if isinstance(conv, nn.ConvTranspose2d):  # as a whole, or channel by channel
        return conv.groups in (1, conv.out_channels)
    return isinstance(conv, (nn.Conv2d, ModulatedDeformConv2d))


def _fold(conv: nn.Module, norm: nn.BatchNorm2d) -> None:
    conv.weight, conv.bias = fuse_conv_bn_weights(
        conv.get_parameter('weight'),
        getattr(conv, 'bias', None),
        norm.get_buffer('running_mean'),
        norm.get_buffer('running_var'),
        norm.eps,
        norm.weight,
        norm.bias,
        transpose=isinstance(conv, nn.ConvTranspose2d) and conv.groups == 1,
    )
