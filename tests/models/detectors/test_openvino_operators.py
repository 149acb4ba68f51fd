"""Operators of ONNX as OpenVINO computes them, against PyTorch and onnxruntime."""

import io

import numpy as np
import pytest
import torch

from fairmot_mm.models.detectors.openvino_detector import make_front_end
from fairmot_mm.models.layers.dcnv2 import deform_conv2d

onnx = pytest.importorskip('onnx')
openvino = pytest.importorskip('openvino')
helper = onnx.helper


def compute(nodes, constants, **inputs):
    """The output ``y`` of a graph, as OpenVINO computes it, and the graph."""
    values = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, array.shape)
        for name, array in inputs.items()
    ]
    out = helper.make_tensor_value_info('y', onnx.TensorProto.FLOAT, None)
    tensors = [onnx.numpy_helper.from_array(v, k) for k, v in constants.items()]
    graph = helper.make_graph(nodes, 'g', values, [out], tensors)
    opset = helper.make_opsetid('', 19)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=9)
    reader = make_front_end()
    read = reader.convert(reader.load(io.BytesIO(model.SerializeToString())))
    compiled = openvino.compile_model(read, 'CPU', {'INFERENCE_PRECISION_HINT': 'f32'})
    return compiled(inputs)[0], model


@pytest.mark.parametrize(
    ('stride', 'padding', 'dilation'),
    [((1, 1), (1, 1), (1, 1)), ((2, 1), (0, 2), (1, 1)), ((1, 2), (3, 2), (2, 3))],
)
def test_deform_conv(stride, padding, dilation):
    """Strides, padding and dilation of both axes, and places outside of the map."""
    random = np.random.RandomState(0)
    x = random.randn(2, 5, 9, 12).astype(np.float32)
    weight, bias = random.randn(4, 5, 3, 3), random.randn(4)
    size = [
        (n + 2 * pad - 2 * step - 1) // move + 1
        for n, pad, step, move in zip(
            x.shape[2:], padding, dilation, stride, strict=True
        )
    ]
    shift = 4 * random.randn(2, 18, *size).astype(np.float32)
    mask = random.rand(2, 9, *size).astype(np.float32)
    weight, bias = weight.astype(np.float32), bias.astype(np.float32)
    node = helper.make_node(
        'DeformConv',
        ['x', 'weight', 'shift', 'bias', 'mask'],
        ['y'],
        strides=stride,
        pads=[*padding, *padding],
        dilations=dilation,
    )
    found, _ = compute(
        [node], {'weight': weight, 'bias': bias}, x=x, shift=shift, mask=mask
    )
    tensors = map(torch.from_numpy, (x, shift, mask, weight, bias))
    expected = deform_conv2d(*tensors, stride, padding, dilation)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def quantized(name, scale, zero):
    """Nodes that round ``name`` to ``name_r``, and their constants."""
    names = f'{name}_s', f'{name}_z'
    nodes = [
        helper.make_node('QuantizeLinear', [name, *names], [f'{name}_q']),
        helper.make_node('DequantizeLinear', [f'{name}_q', *names], [f'{name}_r']),
    ]
    return nodes, {names[0]: np.float32(scale), names[1]: zero}


@pytest.mark.parametrize('zero', [np.int8(0), np.uint8(10), np.int8(-100)])
def test_quantized_silu(zero):
    """A branch with SiLU in int8: OpenVINO gives what onnxruntime gives.

    OpenVINO's own reading of these operators gives other numbers.
    """
    onnxruntime = pytest.importorskip('onnxruntime')
    random = np.random.RandomState(0)
    x = random.rand(1, 8, 12, 16).astype(np.float32)
    nodes, constants = quantized('x', 1 / 255, np.uint8(0))
    scale = 0.02 if zero.dtype == np.int8 else 0.03

    def layer(source, out, inputs, outputs):
        kernel = random.randint(-127, 128, (outputs, inputs, 1, 1)).astype(np.int8)
        constants[f'{out}_w'] = kernel
        constants[f'{out}_ws'] = random.uniform(0.005, 0.01, outputs).astype('f4')
        constants[f'{out}_wz'] = np.zeros(outputs, np.int8)
        weights = [f'{out}_w', f'{out}_ws', f'{out}_wz']
        more, values = quantized(out, scale, zero)
        constants.update(values)
        nodes.extend(
            [
                helper.make_node('DequantizeLinear', weights, [f'{out}_k'], axis=0),
                helper.make_node('Conv', [source, f'{out}_k'], [f'{out}_c']),
                helper.make_node('Sigmoid', [f'{out}_c'], [f'{out}_g']),
                helper.make_node('Mul', [f'{out}_c', f'{out}_g'], [out]),
                *more,
            ]
        )

    layer('x_r', 'a', 8, 8)
    layer('x_r', 'b', 8, 8)
    layer('b_r', 'd', 8, 8)
    nodes += [
        helper.make_node('Add', ['b_r', 'd_r'], ['e']),
        helper.make_node('Concat', ['e_r', 'a_r'], ['f'], axis=1),
    ]
    more, values = quantized('e', scale, zero)
    nodes[-1:-1] = more
    constants.update(values)
    layer('f', 'h', 16, 8)
    nodes.append(helper.make_node('Identity', ['h'], ['y']))
    found, model = compute(nodes, constants, x=x)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (expected,) = session.run(None, {'x': x})
    assert np.abs(expected).max() > 0.3
    # A number that lies between two steps may be rounded to either.
    np.testing.assert_allclose(found, expected, atol=0.03)


def test_quantized_integers_are_refused():
    """A number that stays an integer would be taken for a real one."""
    nodes, constants = quantized('x', 0.1, np.int8(0))
    nodes.insert(1, helper.make_node('Relu', ['x_q'], ['x_p']))
    nodes[2].input[0] = 'x_p'
    nodes.append(helper.make_node('Identity', ['x_r'], ['y']))
    with pytest.raises(Exception, match='DequantizeLinear'):
        compute(nodes, constants, x=np.ones((1, 2), np.float32))
