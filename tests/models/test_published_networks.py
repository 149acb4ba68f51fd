"""Networks with published weights equal the published implementation.

tests/data/nets: outputs of the published FairMOT networks (commit 4aa6297, torch 2.13,
float64 on a CPU) for weights that `weights_by_recipe` makes again.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import load_state_dict

from fairmot_mm.apis import init_model
from fairmot_mm.models.utils.published_weights import from_published
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import CheckpointError

CONFIGS = Path(__file__).parents[2] / 'configs' / '_base_' / 'models'
CONFIG_OF = {
    'dla_34': CONFIGS / 'fairmot_dla34.py',
    'dlaconv_34': CONFIGS / 'fairmot_dla34-conv.py',
}
# The classifier of ImageNet, and projections whose result the network discards.
UNREAD = ('base.fc.', 'base.level3.project.', 'base.level4.project.')
SCALARS = {
    'detector.task_weighting.log_vars.det',
    'detector.task_weighting.log_vars.id',
}

both = pytest.mark.parametrize('arch', sorted(CONFIG_OF))


def build(arch):
    return MODELS.build(Config.fromfile(CONFIG_OF[arch]).model)


def save(path, weights):
    """As the published trainer writes it after training on several GPUs."""
    prefixed = {f'module.{name}': value for name, value in weights.items()}
    torch.save({'epoch': 30, 'state_dict': prefixed}, path)
    return path


@both
def test_outputs_equal_those_of_the_published_network(
    arch, published_weights, golden, tmp_path
):
    """A published file gives the published maps."""
    path = save(tmp_path / 'model.pth', published_weights(arch))
    model = init_model(CONFIG_OF[arch], path, device='cpu').double()
    image = np.random.RandomState(12345).rand(1, 3, 64, 96).astype(np.float32)
    with torch.no_grad():
        maps = model(torch.from_numpy(image).double(), mode='tensor')
    maps['embedding_every_16th'] = maps.pop('embedding')[:, ::16]
    expected = golden(f'nets/{arch}.outputs.npz')
    assert maps.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(
            maps[name], value, rtol=0, atol=1e-6 * np.abs(value).max(), err_msg=name
        )


@both
def test_every_published_tensor_is_loaded_or_known_to_be_unread(
    arch, published_weights, capsys
):
    """mmengine's loading, as `load_from` does it, leaves nothing over."""
    weights = published_weights(arch)
    read = {name: w for name, w in weights.items() if not name.startswith(UNREAD)}
    assert len(weights) - len(read) == 2 + 2 * 6
    converted = from_published(weights)
    assert len(converted) == len(read)

    model = build(arch)
    load_state_dict(model, {f'module.{name}': w for name, w in weights.items()})
    report = capsys.readouterr().out
    assert 'unexpected' not in report
    assert 'size mismatch' not in report
    loaded = model.state_dict()
    assert loaded.keys() == converted.keys() | SCALARS
    for name, value in zip(converted, read.values(), strict=True):
        assert torch.equal(loaded[name], value), name


@pytest.mark.parametrize(
    ('arch', 'published_count'), [('dla_34', 20_349_711), ('dlaconv_34', 19_709_983)]
)
def test_number_of_parameters(arch, published_count, published_weights):
    """As many as published, less those nothing reads, and two task weights."""
    weights = published_weights(arch)
    buffers = ('running_mean', 'running_var', 'num_batches_tracked')
    counts = {n: w.numel() for n, w in weights.items() if not n.endswith(buffers)}
    assert sum(counts.values()) == published_count
    # A 1 x 1 convolution without bias and a batch norm each, and Linear(512, 1000).
    projections = (64 * 128 + 2 * 128) + (128 * 256 + 2 * 256)
    expected = published_count - projections - (512 * 1000 + 1000) + 2
    assert sum(p.numel() for p in build(arch).parameters()) == expected


def test_another_up_path_is_refused(published_weights):
    """A file of plain convolutions does not fit deformable ones."""
    model = build('dla_34')
    with pytest.raises(CheckpointError, match=r'detector\.neck\.idas.*conv'):
        model.load_state_dict(published_weights('dlaconv_34'), strict=False)


def test_another_width_is_refused(published_weights):
    """A file of half the channels does not fit."""
    half = {
        name: value[: (len(value) + 1) // 2] if value.dim() else value
        for name, value in published_weights('dlaconv_34').items()
    }
    model = build('dlaconv_34')
    with pytest.raises(CheckpointError, match=r'detector\.backbone\.base_layer'):
        load_state_dict(model, half)


@pytest.fixture
def coco_weights(published_weights):
    """Like CenterNet's weights of 80 classes and two sizes, without identities."""
    weights = {
        name: value
        for name, value in published_weights('dlaconv_34').items()
        if not name.startswith('id.')
    }
    for head, channels in (('hm', 80), ('wh', 2)):
        weights[f'{head}.2.weight'] = torch.zeros(channels, 256, 1, 1)
        weights[f'{head}.2.bias'] = torch.zeros(channels)
    return weights


def test_heads_of_another_task_are_left_out_and_reported(coco_weights, log_lines):
    """Training may start from weights of another task."""
    model = build('dlaconv_34')
    own = {name: value.clone() for name, value in model.state_dict().items()}
    load_state_dict(model, dict(coco_weights))
    loaded = model.state_dict()
    for branch in ('heatmap', 'size'):
        name = f'detector.bbox_head.{branch}.2.weight'
        assert torch.equal(loaded[name], own[name])
        assert any(name in line and 'left out' in line for line in log_lines)
    offset = loaded['detector.bbox_head.offset.2.weight']
    assert torch.equal(offset, coco_weights['reg.2.weight'])


def test_inference_refuses_heads_of_another_task(coco_weights, tmp_path):
    """Tracking needs every tensor, and the error lists what does not fit."""
    path = save(tmp_path / 'coco.pth', coco_weights)
    with pytest.raises(CheckpointError) as caught:
        init_model(CONFIG_OF['dlaconv_34'], path, device='cpu')
    message = str(caught.value)
    assert '4 missing: detector.reid_head.embedding.0.bias' in message
    assert 'detector.bbox_head.heatmap.2.weight (80, 256, 1, 1) for (1, 256' in message


def test_inference_refuses_an_unknown_tensor(published_weights, tmp_path):
    """A name that no rule knows is not lost silently."""
    weights = {**published_weights('dlaconv_34'), 'tracking.0.weight': torch.zeros(3)}
    path = save(tmp_path / 'more.pth', weights)
    with pytest.raises(CheckpointError, match='1 unknown: tracking'):
        init_model(CONFIG_OF['dlaconv_34'], path, device='cpu')
