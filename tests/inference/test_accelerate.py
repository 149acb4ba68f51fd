import copy
from functools import partial

import pytest
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from torch import nn

from fairmot_mm.apis import InferenceOptions, accelerate
from fairmot_mm.inference import AcceleratedDetector
from fairmot_mm.utils import ConfigError


@pytest.fixture
def model(small_model):
    return small_model()


def detect(model):
    images = torch.rand(2, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    images = images.to(next(model.parameters()).device)
    samples = [DetDataSample(metainfo=dict(ori_shape=(64, 96))) for _ in range(2)]
    with torch.no_grad():
        model.inference_detector.predict(images, samples)
    return [sample.pred_instances for sample in samples]


def check_equal(model, options, pixels=1e-3):
    """The options leave detections as they are but for ``pixels``."""
    expected = detect(model)
    fast = copy.deepcopy(model)
    accelerate(fast, InferenceOptions(**options))
    assert isinstance(fast.inference_detector, AcceleratedDetector)
    assert fast.inference_detector.detector is fast.detector
    for own, other in zip(expected, detect(fast), strict=True):
        assert 0 < len(own) == len(other)
        far = torch.cdist(own.bboxes, other.bboxes, p=float('inf'))
        assert far.min(dim=1).values.max() < pixels
        twins = other[far.argmin(dim=1)]
        torch.testing.assert_close(twins.scores, own.scores, rtol=0, atol=pixels / 10)
        assert (twins.embeds * own.embeds).sum(dim=1).min() > 1 - pixels


@pytest.mark.parametrize(
    'options',
    [dict(), dict(channels_last=False), dict(fuse_conv_bn=True)],
    ids=str,
)
def test_equal_but_for_rounding(model, options):
    """Layout and fusion are other ways to the same numbers."""
    check_equal(model, options)


@pytest.mark.parametrize('fuse', [False, True])
def test_low_precision(model, fuse):
    """Weights are bfloat16; outputs and detections are not rounded to it."""
    accelerate(model, InferenceOptions(precision='bfloat16', fuse_conv_bn=fuse))
    assert model.detector.backbone.base_layer[0].weight.dtype == torch.bfloat16
    found = detect(model)[0]
    assert found.bboxes.dtype == found.embeds.dtype == torch.float32
    assert not torch.equal(found.scores, found.scores.bfloat16().float())
    assert not torch.equal(found.bboxes, found.bboxes.bfloat16().float())


@pytest.mark.parametrize('fuse', [False, True])
def test_cast_after_it_was_made_fast(model, fuse):
    """What ``init_model(...).double()`` gives: float64 throughout, near to float32."""
    accelerate(model, InferenceOptions(fuse_conv_bn=fuse))
    images = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        single = model.inference_detector.run_network(images)
        maps = model.double().inference_detector.run_network(images)
        expected = model.detector.run_network(images.double())
    for name, values in maps.items():
        assert values.dtype == torch.float64
        torch.testing.assert_close(values, expected[name], rtol=0, atol=1e-12)
        bound = 1e-3 * single[name].abs().max()
        assert 0 < (values - single[name]).abs().max() < bound
    assert len(detect(model)[0])


def test_low_precision_cast_back(model):
    """Weights of bfloat16 cast to float32 run as float32."""
    accelerate(model, InferenceOptions(precision='bfloat16'))
    maps = model.float().inference_detector.run_network(torch.rand(1, 3, 64, 96))
    assert {values.dtype for values in maps.values()} == {torch.float32}


def test_layout_reaches_the_network(model):
    """Weights and maps have their channels together."""
    accelerate(model, InferenceOptions(channels_last=True))
    weight = model.detector.backbone.level2.tree1.conv1.weight
    assert weight.is_contiguous(memory_format=torch.channels_last)
    maps = model.inference_detector.run_network(torch.rand(1, 3, 64, 96))
    assert maps['embedding'].is_contiguous(memory_format=torch.channels_last)


def test_no_batch_norm_is_left(model):
    """All are folded, those behind deformable and transposed convolutions too."""
    accelerate(model, InferenceOptions(fuse_conv_bn=True))
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    assert not norms
    with pytest.raises(ConfigError, match='has no batch norm right behind'):
        accelerate(model, InferenceOptions(fuse_conv_bn=True))


def test_a_fusion_that_is_wrong_is_refused(model):
    """A norm that is registered behind a convolution but runs elsewhere is noticed."""

    class Before(nn.Module):
        def __init__(self, branch):
            super().__init__()
            self.conv = nn.Conv2d(16, 16, 1)
            self.norm = nn.BatchNorm2d(16)
            self.norm.running_mean.fill_(1.0)
            self.branch = branch

        def forward(self, x):
            return self.branch(self.conv(self.norm(x).relu()))

    model.detector.bbox_head.size = Before(model.detector.bbox_head.size).eval()
    with pytest.raises(ConfigError, match='changes the size of this network'):
        accelerate(model, InferenceOptions(fuse_conv_bn=True))


def test_compiled(short_model, monkeypatch):
    """The network is traced, with the same detections; its errors are explained."""
    model = short_model()
    traced = []

    def backend(graph, _):
        traced.append(graph)
        return graph.forward

    def broken(*_):
        raise OSError('no compiler')

    compile_ = torch.compile
    monkeypatch.setattr(torch, 'compile', partial(compile_, backend=backend))
    check_equal(model, dict(compile=True))
    assert len(traced) == 1
    monkeypatch.setattr(torch, 'compile', partial(compile_, backend=broken))
    accelerate(model, InferenceOptions(compile=True))
    with pytest.raises(ConfigError, match=r'cannot generate code .*no compiler'):
        detect(model)


def test_another_detector(model):
    """One that is no `JDEDetector` runs as it is, and refuses options it lacks."""
    model.detector = nn.Identity()
    accelerate(model, InferenceOptions())
    assert model.inference_detector is model.detector
    with pytest.raises(
        ConfigError, match='compile is for a JDEDetector; the model has Id'
    ):
        accelerate(model, InferenceOptions(compile=True))


def test_the_model_tracks_with_it(model):
    """`FairMOT` runs the faster form; names, training mode and weights are its own."""
    names = list(model.state_dict())
    accelerate(model, InferenceOptions())
    assert list(model.state_dict()) == names
    calls = []

    class Counting(AcceleratedDetector):
        def run_network(self, batch_inputs):
            calls.append(len(batch_inputs))
            return super().run_network(batch_inputs)

    model.inference_detector = Counting(**vars(model.inference_detector))
    clip = TrackDataSample()
    clip.video_data_samples = [DetDataSample(metainfo=dict(ori_shape=(64, 96)))] * 2
    model(torch.rand(1, 2, 3, 64, 96), [clip], mode='predict')
    assert calls == [2]
    model(torch.rand(1, 3, 64, 96), mode='tensor')
    assert calls == [2]


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
@pytest.mark.parametrize('precision', ['float32', 'float16', 'bfloat16'])
def test_recorded_on_a_gpu(model, precision):
    """A replay gives what the kernels give when they are started one by one."""
    model = model.cuda()
    plain = copy.deepcopy(model)
    accelerate(plain, InferenceOptions(precision=precision))
    accelerate(model, InferenceOptions(precision=precision, cuda_graphs=True))
    for own, other in zip(detect(plain), detect(model), strict=True):
        torch.testing.assert_close(other.bboxes, own.bboxes, rtol=1e-3, atol=1e-2)
