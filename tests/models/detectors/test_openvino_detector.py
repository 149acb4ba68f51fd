import builtins
import os

import pytest
import torch

from fairmot_mm.inference import compare_onnx
from fairmot_mm.models import OpenVINODetector
from fairmot_mm.models.detectors import openvino_detector
from fairmot_mm.utils import CheckpointError, ConfigError

openvino = pytest.importorskip('openvino')


def able(precision):
    return precision in openvino.Core().get_property('CPU', 'OPTIMIZATION_CAPABILITIES')


def detector_with(onnx_file, threads):
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        return OpenVINODetector(onnx_file)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize('count', [1, 3])
def test_deformable_convolutions(small_model, tmp_path, count):
    """A network with DeformConv, which OpenVINO does not read by itself, runs."""
    from fairmot_mm.inference import export_onnx

    model = small_model()
    export_onnx(model, tmp_path / 'a.onnx', (96, 64))
    torch.manual_seed(0)
    images = torch.rand(count, 3, 64, 96)
    difference = compare_onnx(model, OpenVINODetector(tmp_path / 'a.onnx'), images)
    assert difference['bboxes'] < 1e-2
    assert difference['scores'] < 1e-4
    assert difference['embeds'] < 1e-4


def test_settings(onnx_file, monkeypatch):
    """As many threads as PyTorch, free to move, and the precision that was asked for.

    OpenVINO itself would round to bfloat16 wherever the processor can.
    """
    detector = detector_with(onnx_file, threads=2)
    for compiled, streams in (
        (detector.session._for_one, 1),
        (detector.session._for_several, 2),
    ):
        # OpenVINO starts no more threads than the machine has cores.
        threads = min(2, os.cpu_count() or 1)
        assert compiled.get_property('INFERENCE_NUM_THREADS') == threads
        assert compiled.get_property('NUM_STREAMS') == streams
        assert compiled.get_property('INFERENCE_PRECISION_HINT') == openvino.Type.f32
        assert not compiled.get_property('ENABLE_CPU_PINNING')


@pytest.mark.parametrize('threads', [1, 2])
def test_images_beside_each_other(onnx_file, threads):
    """The images of a batch give bit by bit what each of them gives by itself."""
    detector = detector_with(onnx_file, threads)
    torch.manual_seed(0)
    images = torch.rand(5, 3, 64, 96)
    single = [detector.run_network(image[None]) for image in images]
    for found, *expected in zip(detector.run_network(images), *single, strict=True):
        assert torch.equal(found, torch.cat(expected))


def test_best_batch_size(onnx_file):
    """Two for each thread, up to 16: one thread decodes a video, and one tracks."""
    threads = (1, 2, 4, 32)
    sizes = [detector_with(onnx_file, count).best_batch_size for count in threads]
    assert sizes == [1, 4, 8, 16]


def test_bfloat16(short_model, onnx_file):
    """The maps are rounded, and positions are not: they are exact to a pixel."""
    if not able('BF16'):
        pytest.skip('this processor does not compute in bfloat16')
    torch.manual_seed(0)
    images = torch.rand(1, 3, 64, 96)
    exact, rough = (
        OpenVINODetector(onnx_file, precision).run_network(images)
        for precision in ('float32', 'bfloat16')
    )
    assert not torch.equal(exact[1], rough[1])
    assert (exact[1] - rough[1]).abs().max() < 0.02
    # Numbers of bfloat16 have their last 16 bits at 0.
    bits = rough[0].contiguous().view(torch.int32) & 0xFFFF
    assert (bits != 0).float().mean() > 0.5


def test_bfloat16_on_a_processor_without(onnx_file, monkeypatch):
    """It is refused: OpenVINO would compute in float32 and say nothing."""

    class Core:
        def get_property(self, device, name):
            return ['FP32', 'INT8']

    monkeypatch.setattr(openvino_detector, '_make_core', Core)
    with pytest.raises(ConfigError, match='does not compute in bfloat16'):
        OpenVINODetector(onnx_file, 'bfloat16')


def test_another_precision(onnx_file):
    """Only those that OpenVINO has on a CPU."""
    with pytest.raises(ConfigError, match="'float32' or 'bfloat16', not 'float16'"):
        OpenVINODetector(onnx_file, 'float16')


def test_not_installed(onnx_file, monkeypatch):
    """The message says what to install."""
    load = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name.startswith('openvino'):
            raise ImportError(name)
        return load(name, *args, **kwargs)

    monkeypatch.setattr(builtins, '__import__', refuse)
    with pytest.raises(ConfigError, match='pip install openvino'):
        OpenVINODetector(onnx_file)


def test_an_operator_that_openvino_lacks(tmp_path):
    """The message is one line that names file and operator."""
    onnx = pytest.importorskip('onnx')
    value, other = (
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1])
        for name in ('images', 'y')
    )
    node = onnx.helper.make_node('Unheard', ['images'], ['y'], domain='own')
    graph = onnx.helper.make_graph([node], 'g', [value], [other])
    onnx.save(onnx.helper.make_model(graph), tmp_path / 'a.onnx')
    with pytest.raises(CheckpointError, match=r'a\.onnx cannot .*Unheard') as caught:
        OpenVINODetector(tmp_path / 'a.onnx')
    assert '\n' not in str(caught.value)
