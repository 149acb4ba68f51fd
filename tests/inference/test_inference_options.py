import pytest
import torch
from mmengine.config import Config

from fairmot_mm.apis import InferenceOptions
from fairmot_mm.utils import ConfigError

CPU, CUDA = torch.device('cpu'), torch.device('cuda', 1)


def of(**options):
    return InferenceOptions.of_config(Config(dict(inference=options)))


def test_a_config_need_not_say_anything():
    """Without the key a network runs as it was trained."""
    assert InferenceOptions.of_config(Config()) == InferenceOptions() == of()
    assert of(precision='bfloat16').dtype == torch.bfloat16


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(fuse_bn=True), "inference.fuse_bn: did you mean 'fuse_conv_bn'"),
        (dict(precision='half'), "'half' must be one of float32, float16, bfloat16"),
        (dict(backend='tensorrt'), 'must be one of pytorch, onnxruntime'),
        (dict(compile='yes'), "inference.compile = 'yes' must be True or False"),
        (dict(compile=None), 'inference.compile = None must be True or False'),
        (dict(provider='trt'), "provider = 'trt' must be one of cpu, cuda, tensorrt"),
        (dict(num_threads=0), 'num_threads = 0 must be at least 1'),
        (dict(backend='onnxruntime', fuse_conv_bn=True), 'fuse_conv_bn is for the bac'),
        (dict(backend='onnxruntime', channels_last=False), 'channels_last is for the'),
        (dict(backend='onnxruntime', precision='bfloat16'), 'precision is for the bac'),
        (dict(backend='openvino', compile=True), 'compile is for the backend pytorch'),
        (dict(backend='openvino', provider='cpu'), 'provider is for onnxruntime'),
        (
            dict(backend='openvino', precision='float16'),
            "takes 'float32' or 'bfloat16'",
        ),
    ],
)
def test_wrong_options(options, message):
    """The message names an unknown key, a wrong value, or two that conflict."""
    with pytest.raises(ConfigError, match=message):
        of(**options)


def test_no_dict():
    """A value that is no dict is refused with its name."""
    with pytest.raises(ConfigError, match="inference = 'fast' must be a dict"):
        InferenceOptions.of_config(Config(dict(inference='fast')))


def test_what_a_device_cannot_do():
    """CUDA graphs need CUDA, and float16 a GPU."""
    for options in (dict(cuda_graphs=True), dict(precision='float16')):
        of(**options).check_device(CUDA)
        with pytest.raises(ConfigError, match=r'CUDA device|is for a GPU'):
            of(**options).check_device(CPU)


def test_layout_follows_device_and_precision():
    """channels_last is the default where it is faster; the option overrides it."""
    assert of().wants_channels_last(CPU)
    assert not of().wants_channels_last(CUDA)
    assert of(precision='float16').wants_channels_last(CUDA)
    assert not of(channels_last=False).wants_channels_last(CPU)


def test_threads():
    """The option sets the threads of the process; without it they stay."""
    before = torch.get_num_threads()
    try:
        of(num_threads=before + 1).set_threads()
        assert torch.get_num_threads() == before + 1
        of().set_threads()
        assert torch.get_num_threads() == before + 1
    finally:
        torch.set_num_threads(before)
