"""ONNX files as other projects make them, small enough to be written by hand."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

IMAGES = ['batch', 3, 'height', 'width']


def write_constant(path, outputs, images=IMAGES, dtype=TensorProto.FLOAT):
    """A file that gives the same arrays for any image."""
    nodes, infos = [], []
    for name, array in outputs.items():
        value = numpy_helper.from_array(array)
        nodes.append(helper.make_node('Constant', [], [name], value=value))
        infos.append(helper.make_tensor_value_info(name, value.data_type, array.shape))
    _save(path, nodes, images, infos, dtype)


def write_mean_color(path, images):
    """A file that embeds a crop (B, H, W, 3) as its mean colour."""
    node = helper.make_node('ReduceMean', ['images'], ['mean'], axes=[1, 2], keepdims=0)
    out = helper.make_tensor_value_info('mean', TensorProto.FLOAT, [images[0], 3])
    _save(path, [node], images, [out])


def _save(path, nodes, images, outputs, dtype=TensorProto.FLOAT):
    image = helper.make_tensor_value_info('images', dtype, images)
    graph = helper.make_graph(nodes, 'teacher', [image], outputs)
    opset = [helper.make_opsetid('', 13)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)


BOXES = np.float32([[10, 20, 30, 60], [40, 10, 60, 50], [0, 0, 96, 64]])
SCORES = np.float32([0.4, 0.9, 0.7])
LABELS = np.int64([0, 0, 1])  # the last one is a car
DETS = np.concatenate([BOXES, SCORES[:, None]], axis=1)
