from pathlib import Path

import numpy as np
import pytest
import torch

import fairmot_mm
from fairmot_mm.inference import export_onnx
from fairmot_mm.inference.quantize_onnx import output_nodes, quantize_onnx
from fairmot_mm.models import ONNXDetector, OpenVINODetector
from fairmot_mm.utils import CheckpointError, ConfigError

onnx = pytest.importorskip('onnx')
pytest.importorskip('nncf')
IMAGES = np.random.RandomState(0).rand(6, 1, 3, 64, 96).astype(np.float32)


@pytest.fixture(scope='module')
def quantized(small_model, tmp_path_factory):
    """A small deformable network, in float and in int8."""
    folder = tmp_path_factory.mktemp('int8')
    path, out = folder / 'float.onnx', folder / 'int8.onnx'
    export_onnx(small_model(), path, (96, 64))
    quantize_onnx(path, out, len(IMAGES), IMAGES.__getitem__)
    return path, out


def test_runs_in_both_runtimes(quantized):
    """The file keeps the settings, and its scores are near those of float."""
    path, out = quantized
    images = torch.from_numpy(IMAGES[0])
    expected = ONNXDetector(path).run_network(images)
    operators = [node.op_type for node in onnx.load(out).graph.node]
    assert operators.count('QuantizeLinear') > 5
    for runtime in (ONNXDetector, OpenVINODetector):
        detector = runtime(out)
        assert detector.input_size == (96, 64)
        found = detector.run_network(images)
        assert not torch.equal(found[1], expected[1])
        assert (found[1] - expected[1]).abs().max() < 0.1


def test_outputs_stay_in_float(quantized):
    """Neither the last layers nor what lies behind them reads a rounded number."""
    path, out = quantized
    decoding = set(output_nodes(onnx.load(path).graph))
    graph = onnx.load(out).graph
    rounded = {
        v for n in graph.node if n.op_type == 'DequantizeLinear' for v in n.output
    }
    kept = [node for node in graph.node if node.name in decoding]
    assert {'TopK', 'MaxPool'} <= {node.op_type for node in kept}
    # The shape of a rounded image is that of the image.
    readers = [node for node in kept if node.op_type != 'Shape']
    assert not [node.name for node in readers if rounded.intersection(node.input)]
    # Heatmap, size and offset; the two layers that embed the peaks.
    assert sum(node.op_type == 'Conv' for node in kept) == 3
    assert sum(node.op_type == 'MatMul' for node in kept) == 2


def test_nothing_of_the_machine(quantized):
    """The file does not say in which folder it was made."""
    folder = str(Path(fairmot_mm.__file__).parents[1])
    assert folder.encode() not in quantized[1].read_bytes()


def test_quantized_twice(quantized, tmp_path):
    """The original is asked for."""
    with pytest.raises(CheckpointError, match=r'int8\.onnx is quantized already'):
        quantize_onnx(quantized[1], tmp_path / 'a.onnx', 1, IMAGES.__getitem__)
    assert not any(tmp_path.iterdir())


def test_not_installed(quantized, tmp_path, monkeypatch):
    """The message says what to install."""
    monkeypatch.setattr(
        'fairmot_mm.inference.quantize_onnx.find_spec', lambda name: None
    )
    with pytest.raises(ConfigError, match='pip install nncf onnx openvino'):
        quantize_onnx(quantized[0], tmp_path / 'a.onnx', 1, IMAGES.__getitem__)
