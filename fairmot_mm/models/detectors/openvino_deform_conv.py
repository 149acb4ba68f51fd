"""The operator DeformConv of ONNX in OpenVINO, whose reader of ONNX lacks it."""

from typing import Any

import numpy as np


def deform_conv(node: Any) -> list[Any]:
    """Translate a DeformConv of ONNX into DeformableConvolution-8 of OpenVINO.

    OpenVINO calls it for each such operator when it reads a file, see
    ``openvino.frontend.onnx.ConversionExtension``.

    Args:
        node: The operator, ``openvino.frontend.NodeContext``: its inputs are the map
            (B, I, H, W), the weight (O, I, kh, kw), the shift (B, 2k, H', W'), the bias
            (O,), which may be missing, and the mask (B, k, H', W').

    Returns:
        The one output, (B, O, H', W').
    """
    from openvino import opset8

    image, weight, shift, bias, mask = (node.get_input(place) for place in range(5))
    top, left, bottom, right = node.get_attribute('pads')
    sampled = opset8.deformable_convolution(
        image,
        shift,
        weight,
        list(node.get_attribute('strides')),
        [top, left],
        [bottom, right],
        list(node.get_attribute('dilations')),
        mask,
        group=node.get_attribute('group', 1),
        deformable_group=node.get_attribute('offset_group', 1),
        # Pixels outside count as 0, each neighbour by itself, as in ONNX.
        bilinear_interpolation_pad=True,
    )
    if bias is not None:
        row = opset8.constant(np.array([1, -1, 1, 1]))
        sampled = opset8.add(sampled, opset8.reshape(bias, row, False))
    return sampled.outputs()
