"""Operators of ONNX that OpenVINO's reader lacks or reads with wrong results.

OpenVINO calls each function for each operator of its name when it reads a file, see
``openvino.frontend.onnx.ConversionExtension``. The argument is the operator, and the
result its outputs.
"""

from typing import Any

import numpy as np

# Smallest and largest number of the types of a quantised value.
_RANGES = {'i8': (-128, 127), 'u8': (0, 255)}


def deform_conv(node: Any) -> list[Any]:
    """Read a DeformConv as DeformableConvolution-8.

    Args:
        node: ``openvino.frontend.NodeContext``; its inputs are the map (B, I, H, W),
            the weight (O, I, kh, kw), the shift (B, 2k, H', W'), the bias (O,) and the
            mask (B, k, H', W').

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
    row = opset8.constant(np.array([1, -1, 1, 1]))
    return opset8.add(sampled, opset8.reshape(bias, row, False)).outputs()


def quantize_linear(node: Any) -> list[Any]:
    """Read a QuantizeLinear as a FakeQuantize, which gives the rounded numbers.

    OpenVINO 2026.4 reads it as a conversion to integers instead, and then computes
    networks with SiLU wrongly in int8: it loses most detections of YOLOv5.

    Args:
        node: ``openvino.frontend.NodeContext``; its inputs are the values, the constant
            scale and the constant zero point.

    Returns:
        The one output, of the shape of the values, in floating point.
    """
    from openvino import opset8

    values = node.get_input(0)
    kind = node.get_input(2).get_element_type().get_type_name()
    scale, zero = _scale_and_zero(node)
    low, high = (opset8.constant((bound - zero) * scale) for bound in _RANGES[kind])
    return opset8.fake_quantize(values, low, high, low, high, 256).outputs()


def dequantize_linear(node: Any) -> list[Any]:
    """Read a DequantizeLinear: of weights, or behind `quantize_linear`.

    Args:
        node: ``openvino.frontend.NodeContext``; its inputs are the values, the constant
            scale and the constant zero point.

    Returns:
        The one output, of the shape of the values, in floating point.
    """
    from openvino import opset8

    values = node.get_input(0)
    kind = values.get_node().get_type_name()
    if kind == 'FakeQuantize':
        return [values]
    if kind != 'Constant':
        raise ValueError(f'a DequantizeLinear of a {kind} is not read')
    scale, zero = _scale_and_zero(node)
    shifted = opset8.convert(values, 'f32')
    if zero.any():
        shifted = opset8.subtract(shifted, opset8.constant(zero))
    return opset8.multiply(shifted, opset8.constant(scale)).outputs()


def _scale_and_zero(node: Any) -> tuple[np.ndarray, np.ndarray]:
    """Scale and zero point, float32, in a shape that fits the values of an operator."""
    arrays = [node.get_input(place).get_node().data for place in (1, 2)]
    scale, zero = (array.astype(np.float32) for array in arrays)
    if scale.size == 1:
        return scale.reshape(()), zero.reshape(())
    shape = [1] * len(node.get_input(0).get_partial_shape())
    shape[node.get_attribute('axis', 1)] = -1
    return scale.reshape(shape), zero.reshape(shape)
