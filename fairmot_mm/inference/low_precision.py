"""Casting a network to low precision for inference."""

import torch
from torch import nn


def cast_network(detector: nn.Module, dtype: torch.dtype) -> None:
    """Cast the weights of a detector for inference in low precision.

    Two kinds of layers stay in float32: batch norms, whose variances may exceed
    float16, and the last layer of every branch of the heads. In bfloat16 a width of 100
    cells would be rounded to half a cell, and many scores would become equal.

    Args:
        detector: With ``bbox_head`` and ``reid_head``; changed in place. Afterwards it
            takes images of ``dtype`` and gives float32 maps.
        dtype: ``torch.float16`` or ``torch.bfloat16``.
    """
    outputs = output_layers(detector)
    for module in detector.modules():
        if isinstance(module, nn.BatchNorm2d) or module in outputs:
            continue
        for tensor in (*module.parameters(recurse=False), *module.buffers(False)):
            if tensor.is_floating_point():
                tensor.data = tensor.data.to(dtype)
    for layer in outputs:
        layer.register_forward_pre_hook(
            lambda own, args: (args[0].to(own.weight.dtype),)
        )


def network_dtype(detector: nn.Module) -> torch.dtype:
    """Type of the images that a detector takes: that of its weights.

    Args:
        detector: Its batch norms, which stay in float32, are ignored.
    """
    return next(
        weights.dtype
        for module in detector.modules()
        if not isinstance(module, nn.BatchNorm2d)
        for weights in module.parameters(recurse=False)
    )


def output_layers(detector: nn.Module) -> set[nn.Module]:
    """The last convolutions of the branches of the heads.

    Args:
        detector: With ``bbox_head`` and ``reid_head``.
    """
    branches = [
        branch
        for head in ('bbox_head', 'reid_head')
        for branch in detector.get_submodule(head).children()
        if isinstance(branch, nn.Sequential)
    ]
    return {branch[-1] for branch in branches if isinstance(branch[-1], nn.Conv2d)}
