"""Every way of loading weights into a `FairMOT` converts and checks them."""

import copy

import pytest
import torch
from mmengine.model import ExponentialMovingAverage, MMDistributedDataParallel
from mmengine.runner import load_checkpoint, load_state_dict

from fairmot_mm.checkpoint.published_names import to_published
from fairmot_mm.utils import CheckpointError

BIAS = 'detector.bbox_head.heatmap.2.bias'


@pytest.fixture
def model(small_model):
    return small_model()


@pytest.fixture
def published(model):
    """Weights under published names, 1 more than those of the model."""
    own = {
        name: value + 1
        for name, value in model.state_dict().items()
        if 'task_weighting' not in name and 'classifier' not in name
    }
    names = to_published(own, single_conv_heads=False)
    return {names[name]: value for name, value in own.items()}


@pytest.fixture
def one_process(tmp_path):
    """A process group of this process alone, for a wrapped model."""
    store = torch.distributed.FileStore(str(tmp_path / 'store'), 1)
    torch.distributed.init_process_group('gloo', store=store, rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def is_loaded(model, published):
    return torch.equal(model.state_dict()[BIAS], published['hm.2.bias'])


def test_torch_and_mmengine(model, published, tmp_path):
    """PyTorch's loading, mmengine's, and mmengine's of a file (`load_from`)."""
    torch.save({'state_dict': published}, tmp_path / 'a.pth')
    for load in (
        lambda own: own.load_state_dict(published),
        lambda own: load_state_dict(own, published),
        lambda own: load_checkpoint(own, str(tmp_path / 'a.pth')),
    ):
        own = copy.deepcopy(model)
        load(own)
        assert is_loaded(own, published)
        assert not is_loaded(model, published)


def test_a_copy_checks_itself(model, published):
    """A copied model, as EMAHook makes one, is fitted to the copy, not the original."""
    average = ExponentialMovingAverage(model)
    wider = torch.nn.Conv2d(8, 5, 1)
    model.detector.bbox_head.heatmap[2] = wider
    average.module.load_state_dict(published)
    assert is_loaded(average.module, published)
    assert average.module.state_dict()[BIAS].shape == (1,)
    assert torch.equal(model.detector.bbox_head.heatmap[2].bias, wider.bias)


def test_resuming_an_average(model):
    """What EMAHook saves, our names behind ``module.``, is loaded again in full."""
    average = ExponentialMovingAverage(model)
    saved = copy.deepcopy(average.state_dict())
    with torch.no_grad():
        for value in average.module.parameters():
            value.zero_()
    average.load_state_dict(saved)
    loaded = average.state_dict()
    assert all(torch.equal(loaded[name], value) for name, value in saved.items())


def test_wrapped_for_several_processes(model, published, one_process):
    """Names of the wrapped model begin with ``module.``, those of the file may."""
    wrapped = MMDistributedDataParallel(model)
    wrapped.load_state_dict({f'module.{k}': v for k, v in published.items()})
    assert is_loaded(model, published)
    load_state_dict(wrapped, {k: v + 1 for k, v in published.items()})
    assert torch.equal(model.state_dict()[BIAS], published['hm.2.bias'] + 1)


def test_another_body_is_refused_by_every_way(model, one_process):
    """A tensor of the backbone in another shape is named with its prefix."""
    weights = model.state_dict()
    name = 'detector.backbone.base_layer.0.weight'
    weights[name] = weights[name][:2]
    with pytest.raises(CheckpointError, match=f'shape, {name} first'):
        load_state_dict(model, dict(weights))
    wrapped = MMDistributedDataParallel(model)
    with pytest.raises(CheckpointError, match=rf'shape, module\.{name} first'):
        wrapped.load_state_dict({f'module.{k}': v for k, v in weights.items()})


def test_heads_of_another_shape_keep_their_start(model, log_lines):
    """They are left out, and one line names them with their shape in the file."""
    weights = model.state_dict() | {BIAS: torch.ones(80)}
    before = model.state_dict()[BIAS].clone()
    model.load_state_dict(weights, strict=False)
    assert torch.equal(model.state_dict()[BIAS], before)
    (line,) = [line for line in log_lines if 'of another shape' in line]
    assert f'{BIAS} (80,)' in line
