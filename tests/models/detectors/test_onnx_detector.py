from pathlib import Path

import pytest
import torch

from fairmot_mm.models.detectors import ONNXDetector
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.cache import cache_dir


@pytest.mark.parametrize(('policy', 'spin'), [('PASSIVE', '0'), ('active', '1')])
def test_threads(onnx_file, monkeypatch, policy, spin):
    """As many as PyTorch's; idle ones sleep, unless the user lets all spin."""
    monkeypatch.setenv('OMP_WAIT_POLICY', policy)
    monkeypatch.setattr(torch, 'get_num_threads', lambda: 3)
    options = ONNXDetector(onnx_file).session.get_session_options()
    assert options.intra_op_num_threads == 3
    for name in ('intra_op', 'inter_op'):
        entry = options.get_session_config_entry(f'session.{name}.allow_spinning')
        assert entry == spin


def test_a_device_without_provider(onnx_file):
    """onnxruntime for CPUs cannot use a GPU."""
    onnxruntime = pytest.importorskip('onnxruntime')
    if 'CUDAExecutionProvider' in onnxruntime.get_available_providers():
        pytest.skip('this onnxruntime can use a GPU')
    with pytest.raises(ConfigError, match='onnxruntime-gpu'):
        ONNXDetector(onnx_file, 'cuda:0')


@pytest.fixture
def gpu_runtime(monkeypatch, onnx_file):
    """An onnxruntime that offers providers of a GPU, and runs on the CPU in secret.

    Gives the providers that each session was asked for.
    """
    onnxruntime = pytest.importorskip('onnxruntime')
    session, asked = onnxruntime.InferenceSession, []

    class Session(session):
        def __init__(self, path, options, providers, **kwargs):
            asked.append(providers)
            assert kwargs == {'enable_fallback': 0}
            if 'broken' in str(path):
                raise RuntimeError('libcudnn is missing')
            super().__init__(path, options, providers=['CPUExecutionProvider'])
            self.started = 'silent' not in str(path)

        def get_providers(self):
            names = [p if isinstance(p, str) else p[0] for p in asked[-1]]
            return names if self.started else ['CPUExecutionProvider']

    names = [
        'TensorrtExecutionProvider',
        'CUDAExecutionProvider',
        'CPUExecutionProvider',
    ]
    monkeypatch.setattr(onnxruntime, 'get_available_providers', lambda: names)
    monkeypatch.setattr(onnxruntime, 'InferenceSession', Session)
    return asked


def test_providers_of_a_gpu(gpu_runtime, onnx_file):
    """TensorRT first, CUDA for the rest, each on the device; it keeps its engines."""
    images = torch.rand(2, 3, 64, 96)
    expected = ONNXDetector(onnx_file).run_network(images)
    found = ONNXDetector(onnx_file, 'cuda:1', 'tensorrt').run_network(images)
    for one, other in zip(expected, found, strict=True):
        assert torch.equal(one, other)
    (first, settings), cuda = gpu_runtime[-1]
    assert first == 'TensorrtExecutionProvider'
    assert settings['device_id'] == 1
    assert settings['trt_engine_cache_enable']
    assert Path(settings['trt_engine_cache_path']) == cache_dir('tensorrt')
    assert cache_dir('tensorrt').is_dir()
    assert cuda == ('CUDAExecutionProvider', {'device_id': 1})
    ONNXDetector(onnx_file, 'cuda:0')
    assert gpu_runtime[-1] == [('CUDAExecutionProvider', {'device_id': 0})]


@pytest.mark.parametrize(('device', 'provider'), [('cpu', 'cuda'), ('cuda:0', 'cpu')])
def test_a_provider_of_another_device(device, provider, onnx_file):
    """Two options that exclude each other are named."""
    with pytest.raises(ConfigError, match=f'{provider} .* device {device}: leave out'):
        ONNXDetector(onnx_file, device, provider)


@pytest.mark.parametrize(
    ('name', 'message'),
    [
        ('broken', 'TensorrtExecutionProvider cannot run .*: libcudnn is missing'),
        ('silent', 'could not start TensorrtExecutionProvider on cuda:0: it found no'),
    ],
)
def test_a_provider_that_does_not_start(
    name, message, gpu_runtime, onnx_file, tmp_path
):
    """The run ends; it does not go on with the CPU, many times slower."""
    path = tmp_path / f'{name}.onnx'
    path.write_bytes(onnx_file.read_bytes())
    with pytest.raises(ConfigError, match=message):
        ONNXDetector(path, 'cuda:0', 'tensorrt')


def test_a_provider_that_is_not_installed(onnx_file, monkeypatch):
    """The message lists those that are there, and names the package."""
    onnxruntime = pytest.importorskip('onnxruntime')
    names = ['CPUExecutionProvider']
    monkeypatch.setattr(onnxruntime, 'get_available_providers', lambda: names)
    for provider, name in (('cuda', 'CUDA'), ('tensorrt', 'Tensorrt')):
        message = (
            rf'no {name}ExecutionProvider \(it has CPUExecutionProvider\): install '
            'onnxruntime-gpu'
        )
        with pytest.raises(ConfigError, match=message):
            ONNXDetector(onnx_file, 'cuda:0', provider)
    with pytest.raises(ConfigError, match=r"for mps must be 'cpu' or .* not 'mps'"):
        ONNXDetector(onnx_file, 'mps')
