import pytest
import torch
from mmdet.structures import DetDataSample

from fairmot_mm.models.detectors import ONNXDetector
from fairmot_mm.utils import CheckpointError, ConfigError


def samples():
    return [
        DetDataSample(metainfo=dict(ori_shape=shape))
        for shape in [(64, 96), (720, 1280)]
    ]


def test_stands_in_for_the_network(short_model, onnx_file):
    """Same fields, boxes in pixels of the original frame, threshold of the export."""
    detector = short_model().detector
    images = torch.rand(2, 3, 64, 96)
    with torch.no_grad():
        expected = detector.predict(images, samples())
    found = ONNXDetector(onnx_file).predict(images, samples())
    for own, other in zip(expected, found, strict=True):
        assert 0 < len(own.pred_instances) == len(other.pred_instances)
        for name in ('bboxes', 'scores', 'labels', 'embeds'):
            torch.testing.assert_close(
                other.pred_instances[name],
                own.pred_instances[name],
                rtol=1e-4,
                atol=1e-3,
            )


def test_another_size_is_refused(onnx_file):
    """The message names both sizes."""
    with pytest.raises(ConfigError, match=r'96x64 pixels.* makes 64x64'):
        ONNXDetector(onnx_file).predict(torch.rand(1, 3, 64, 64), samples()[:1])


def test_files_that_are_not_ours(tmp_path):
    """Missing, damaged, or of another program."""
    onnx = pytest.importorskip('onnx')
    with pytest.raises(CheckpointError, match='does not exist'):
        ONNXDetector(tmp_path / 'none.onnx')
    (tmp_path / 'cut.onnx').write_bytes(b'onnx')
    with pytest.raises(CheckpointError, match='cannot be read as ONNX'):
        ONNXDetector(tmp_path / 'cut.onnx')
    value = onnx.helper.make_tensor_value_info('x', onnx.TensorProto.FLOAT, [1])
    other = onnx.helper.make_tensor_value_info('y', onnx.TensorProto.FLOAT, [1])
    node = onnx.helper.make_node('Relu', ['x'], ['y'])
    graph = onnx.helper.make_graph([node], 'g', [value], [other])
    opset = onnx.helper.make_opsetid('', 19)
    onnx.save(
        onnx.helper.make_model(graph, opset_imports=[opset], ir_version=9),
        tmp_path / 'other.onnx',
    )
    with pytest.raises(CheckpointError, match='lacks the settings'):
        ONNXDetector(tmp_path / 'other.onnx')


def test_a_device_without_provider(onnx_file):
    """onnxruntime for CPUs cannot use a GPU."""
    onnxruntime = pytest.importorskip('onnxruntime')
    if 'CUDAExecutionProvider' in onnxruntime.get_available_providers():
        pytest.skip('this onnxruntime can use a GPU')
    with pytest.raises(ConfigError, match='onnxruntime-gpu'):
        ONNXDetector(onnx_file, 'cuda:0')
