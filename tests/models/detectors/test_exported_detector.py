"""What holds for every runtime that runs an ONNX file."""

import copy
import pickle
import threading

import pytest
import torch
from mmdet.structures import DetDataSample

from fairmot_mm.models import ONNXDetector, OpenVINODetector
from fairmot_mm.utils import CheckpointError, ConfigError


@pytest.fixture(
    scope='module', params=[ONNXDetector, OpenVINODetector], ids=['onnx', 'openvino']
)
def runtime(request):
    pytest.importorskip(
        {ONNXDetector: 'onnxruntime', OpenVINODetector: 'openvino'}[request.param]
    )
    return request.param


@pytest.fixture(scope='module')
def detector(runtime, onnx_file):
    return runtime(onnx_file)


def samples():
    return [
        DetDataSample(metainfo=dict(ori_shape=shape))
        for shape in [(64, 96), (720, 1280)]
    ]


@pytest.mark.parametrize('count', [1, 2])
def test_stands_in_for_the_network(short_model, detector, count):
    """Same fields, boxes in pixels of the original frame, threshold of the export."""
    torch.manual_seed(0)
    images = torch.rand(count, 3, 64, 96)
    with torch.no_grad():
        expected = short_model().detector.predict(images, samples()[:count])
    found = detector.predict(images, samples()[:count])
    for own, other in zip(expected, found, strict=True):
        assert 0 < len(own.pred_instances) == len(other.pred_instances)
        for name in ('bboxes', 'scores', 'labels', 'embeds'):
            torch.testing.assert_close(
                other.pred_instances[name],
                own.pred_instances[name],
                rtol=1e-4,
                atol=1e-3,
            )


def test_any_layout_of_the_images(detector):
    """A view of other images, or channels_last, gives what a plain copy gives."""
    images = torch.rand(2, 3, 64, 100)[..., 2:98]
    plain = detector.run_network(images.contiguous())
    for other in (images, images.to(memory_format=torch.channels_last)):
        for one, two in zip(plain, detector.run_network(other), strict=True):
            assert torch.equal(one, two)


def test_another_size_is_refused(detector):
    """The message names both sizes."""
    with pytest.raises(ConfigError, match=r'96x64 pixels.* makes 64x64'):
        detector.predict(torch.rand(1, 3, 64, 64), samples()[:1])


def test_files_that_are_not_ours(runtime, tmp_path):
    """Missing, damaged, or of another program."""
    onnx = pytest.importorskip('onnx')
    with pytest.raises(CheckpointError, match='does not exist'):
        runtime(tmp_path / 'none.onnx')
    (tmp_path / 'cut.onnx').write_bytes(b'onnx')
    with pytest.raises(CheckpointError, match=r'cut\.onnx cannot be read as ONNX'):
        runtime(tmp_path / 'cut.onnx')
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
        runtime(tmp_path / 'other.onnx')


def test_copies(detector):
    """A copy shares the session; one from another process opens the file again."""
    images = torch.rand(1, 3, 64, 96)
    expected = detector.run_network(images)
    copied = copy.deepcopy(detector)
    assert copied is not detector
    assert copied.session is detector.session
    copied.score_thr = 1.0
    assert detector.score_thr < 1.0
    sent = pickle.loads(pickle.dumps(detector))
    assert sent.session is not detector.session
    for other in (copied, sent):
        for one, two in zip(expected, other.run_network(images), strict=True):
            assert torch.equal(one, two)


def test_several_threads(detector):
    """Two runs at the same time get the results of their own images."""
    batches = [torch.rand(1, 3, 64, 96) for _ in range(4)]
    expected = [detector.run_network(images) for images in batches]
    wrong = []

    def check(images, outputs):
        for _ in range(10):
            found = detector.run_network(images)
            if not all(map(torch.equal, found, outputs)):
                wrong.append(found)

    threads = [
        threading.Thread(target=check, args=case)
        for case in zip(batches, expected, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
