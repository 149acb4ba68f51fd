import copy

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import EMAHook

from fairmot_mm.inference import AcceleratedDetector, InferenceSetup
from fairmot_mm.models import ONNXDetector, OpenVINODetector
from fairmot_mm.registry import HOOKS, MODELS
from fairmot_mm.utils import CheckpointError, ConfigError

DETECTOR = dict(
    type='JDEDetector',
    backbone=dict(type='DLANet', base_channels=4),
    neck=dict(type='DLAUp', in_channels=[16, 32, 64, 128]),
    bbox_head=dict(type='CenterHead', in_channels=16, feat_channels=8),
    reid_head=dict(type='DenseReIDHead', in_channels=16, feat_channels=8),
)


@pytest.fixture
def cfg():
    return Config(dict(model=dict(type='FairMOT', detector=DETECTOR)))


def test_a_checkpoint(cfg, tmp_path):
    """The built model gets the weights, test mode, class names and options."""
    source = MODELS.build(cfg.model)
    torch.save(source.state_dict(), tmp_path / 'a.pth')
    cfg.inference = dict(fuse_conv_bn=True)
    setup = InferenceSetup(cfg, tmp_path / 'a.pth', 'cpu')
    assert not setup.uses_onnx
    assert cfg.model.detector.type == 'JDEDetector'
    model = setup.finish(MODELS.build(cfg.model).train())
    assert not model.training
    assert model.cfg is cfg
    assert model.dataset_meta == {'classes': ('pedestrian',)}
    assert isinstance(model.inference_detector, AcceleratedDetector)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in model.modules())
    head = 'detector.bbox_head.heatmap.2.weight'
    assert torch.equal(model.state_dict()[head], source.state_dict()[head])


def test_an_onnx_file_takes_the_place_of_the_detector(cfg, onnx_file):
    """Nothing is loaded then; the model runs on the CPU unless another is named."""
    setup = InferenceSetup(cfg, onnx_file)
    assert setup.uses_onnx
    assert setup.device == 'cpu'
    model = setup.finish(MODELS.build(cfg.model))
    assert isinstance(model.detector, ONNXDetector)
    assert model.inference_detector is model.detector


def test_what_does_not_fit(cfg, tmp_path, onnx_file):
    """Wrong options are refused before the model is built, wrong weights afterwards."""
    torch.save({'a': torch.zeros(1)}, tmp_path / 'a.pth')
    setup = InferenceSetup(cfg, tmp_path / 'a.pth', 'cpu')
    with pytest.raises(CheckpointError, match=r'a\.pth does not fit the model'):
        setup.finish(MODELS.build(cfg.model))
    cfg.inference = dict(accuracy='float16')
    with pytest.raises(ConfigError, match=r'unknown key inference\.accuracy'):
        InferenceSetup(cfg, None, 'cpu')
    cfg.inference = dict(fuse_conv_bn=True)
    setup = InferenceSetup(cfg, onnx_file)
    with pytest.raises(ConfigError, match='fuse_conv_bn is for a JDEDetector'):
        setup.finish(MODELS.build(cfg.model))


def test_a_provider_of_onnxruntime(cfg, onnx_file, tmp_path):
    """It comes with its own device, and is refused where PyTorch runs the network."""
    cfg.inference = dict(provider='tensorrt')
    with pytest.raises(ConfigError, match=r"provider = 'tensorrt' is for onnxruntime"):
        InferenceSetup(copy.deepcopy(cfg), None, 'cpu')
    chosen = {}
    for device in (None, 'cuda:2'):
        own = copy.deepcopy(cfg)
        InferenceSetup(own, onnx_file, device)
        chosen[device] = own.model.detector
    assert {d['provider'] for d in chosen.values()} == {'tensorrt'}
    assert [d['device'] for d in chosen.values()] == ['cuda:0', 'cuda:2']


def test_openvino(cfg, onnx_file, tmp_path):
    """It takes a precision and runs on a CPU; other backends refuse what is its own."""
    pytest.importorskip('openvino')
    cfg.inference = dict(backend='openvino')
    setup = InferenceSetup(copy.deepcopy(cfg), onnx_file)
    assert setup.device == 'cpu'
    model = setup.finish(MODELS.build(setup.cfg.model))
    assert isinstance(model.inference_detector, OpenVINODetector)
    with pytest.raises(ConfigError, match="runs on a CPU, not on 'cuda:0'"):
        InferenceSetup(copy.deepcopy(cfg), onnx_file, 'cuda:0')
    own = copy.deepcopy(cfg)
    own.inference.precision = 'bfloat16'
    InferenceSetup(own, onnx_file)
    assert own.model.detector.precision == 'bfloat16'
    cfg.inference = dict(backend='pytorch')
    with pytest.raises(ConfigError, match=r"'pytorch' cannot run .*small\.onnx"):
        InferenceSetup(cfg, onnx_file)


class OwnAverage(EMAHook):
    """An averaging hook of a user."""


@pytest.mark.parametrize(
    'hook',
    [
        dict(type='EMAHook', momentum=0.1),
        dict(type='mmengine.EMAHook'),
        dict(type=OwnAverage),
        OwnAverage(),
    ],
    ids=['name', 'name with scope', 'class', 'object'],
)
def test_hooks_that_average_weights_are_left_out(cfg, onnx_file, hook):
    """They copy the model to average its weights, and a test run changes none."""
    cfg.custom_hooks = [dict(type='SyncBuffersHook'), hook]
    InferenceSetup(cfg, onnx_file).leave_out_averaging()
    assert [HOOKS.get(h.type).__name__ for h in cfg.custom_hooks] == ['SyncBuffersHook']
