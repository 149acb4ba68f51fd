"""Networks with published weights equal the published implementation.

tests/data/nets: the tensors of all published networks (keys.tsv.xz); for nine of them
the batch-norm statistics and every second row and column of the outputs of the
published code (commit 4aa6297, torch 2.13, float64 on a CPU), for weights that
`weights_by_recipe` makes again. With FAIRMOT_REFERENCE naming a folder whose nets/
holds ARCH.bn.npz and ARCH.npz in full, all of those are compared as well.
"""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.runner import load_state_dict

from fairmot_mm.apis import init_model
from fairmot_mm.checkpoint.published_names import UNREAD
from fairmot_mm.checkpoint.published_weights import read_published, to_published
from fairmot_mm.config.load_config import load_config
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import CheckpointError

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / 'configs' / '_base_' / 'models'
STORED = sorted(path.stem for path in (ROOT / 'tests/data/nets').glob('*.npz'))
REFERENCE = Path(os.environ.get('FAIRMOT_REFERENCE', 'not set')) / 'nets'
PARAMETERS = {
    'dla_34': ('dla34', 20_349_711),
    'dlaconv_34': ('dla34-conv', 19_709_983),
    'dlav0_34': ('dlav0-34', 18_635_295),
    'hrnet_18': ('hrnet-w18', 12_086_299),
    'hrnet_32': ('hrnet-w32', 33_764_935),
    'resdcn_101': ('r101-dcn', 50_182_488),
    'resdcn_152': ('r152-dcn', 65_826_136),
    'resdcn_18': ('r18-dcn', 14_946_648),
    'resdcn_34': ('r34-dcn', 25_054_808),
    'resdcn_50': ('r50-dcn', 31_190_360),
    'resfpndcn_101': ('r101-fpn-dcn', 54_600_378),
    'resfpndcn_152': ('r152-fpn-dcn', 70_244_026),
    'resfpndcn_18': ('r18-fpn-dcn', 16_715_514),
    'resfpndcn_34': ('r34-fpn-dcn', 26_823_674),
    'resfpndcn_50': ('r50-fpn-dcn', 35_608_250),
    'yolo': ('yolov5s', 5_013_703),
}
SCALARS = {
    'detector.task_weighting.log_vars.det',
    'detector.task_weighting.log_vars.id',
}
BRANCHES = {'heatmap': 'hm', 'size': 'wh', 'offset': 'reg', 'embedding': 'id'}

every_arch = pytest.mark.parametrize('arch', PARAMETERS)


def config_of(arch):
    return CONFIGS / f'fairmot_{PARAMETERS[arch][0]}.py'


def build(arch):
    return MODELS.build(load_config(config_of(arch)).model)


def save(path, weights):
    """As the published trainer writes it after training on several GPUs."""
    prefixed = {f'module.{name}': value for name, value in weights.items()}
    torch.save({'epoch': 30, 'state_dict': prefixed, 'optimizer': {}}, path)
    return path


def run_published(arch, weights, path):
    """Outputs of our network for a published file, in float64, and the model."""
    model = init_model(config_of(arch), save(path, weights), device='cpu')
    image = np.random.RandomState(12345).rand(1, 3, 64, 96).astype(np.float32)
    with torch.no_grad():
        maps = model.double()(torch.from_numpy(image).double(), mode='tensor')
    return {name: value.numpy() for name, value in maps.items()}, model.float()


def assert_close(maps, expected):
    assert maps.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(
            maps[name], value, rtol=0, atol=1e-6 * np.abs(value).max(), err_msg=name
        )


def assert_same_bytes(back, weights):
    """Every published tensor that is read comes back: name, shape, type, numbers."""
    read = {name: w for name, w in weights.items() if not name.startswith(UNREAD)}
    assert back.keys() == read.keys()
    for name, value in read.items():
        assert back[name].dtype == value.dtype, name
        assert torch.equal(back[name], value), name


@pytest.mark.parametrize('arch', STORED)
def test_there_and_back(arch, published_weights, golden, tmp_path):
    """A published file gives the published maps, and the model the published file."""
    weights = published_weights(arch)
    maps, model = run_published(arch, weights, tmp_path / 'model.pth')
    maps = {name: value[..., ::2, ::2] for name, value in maps.items()}
    maps['embedding'] = maps['embedding'][:, ::16]
    expected = golden(f'nets/{arch}.npz')
    expected.pop('statistics')
    assert_close(maps, expected)
    assert_same_bytes(to_published(model.state_dict()), weights)


@pytest.mark.skipif(not REFERENCE.is_dir(), reason='FAIRMOT_REFERENCE is not set')
@every_arch
def test_there_and_back_in_full(arch, published_weights, tmp_path):
    """The same for every network and every number of the whole reference."""
    statistics = REFERENCE / f'{arch}.bn.npz'
    if not statistics.is_file():
        pytest.skip('no outputs of this network in the reference')
    weights = published_weights(arch, statistics)
    maps, model = run_published(arch, weights, tmp_path / 'model.pth')
    outputs = np.load(REFERENCE / f'{arch}.npz')
    assert_close(maps, {own: outputs[name] for own, name in BRANCHES.items()})
    assert_same_bytes(to_published(model.state_dict()), weights)


@every_arch
def test_every_published_tensor_is_accounted_for(arch, published_shapes):
    """Loaded, or known to be unread: all networks, the parameters counted."""
    shapes = published_shapes[arch]
    tensors = {name: torch.zeros(()).expand(shape) for name, shape in shapes.items()}
    published = read_published(tensors)
    assert published.title == f'published {arch}'
    assert not published.backbone_alone
    unread = {name for name in shapes if name.startswith(UNREAD)}
    assert set(published.left_out) == unread
    assert len(unread) == (2 + 2 * 6 if arch.startswith('dla') else 0)

    model = build(arch)
    own = {name: value.shape for name, value in model.state_dict().items()}
    assert {name: own.pop(name, None) for name in published.state_dict} == {
        name: value.shape for name, value in published.state_dict.items()
    }
    weighted = set() if arch == 'yolo' else SCALARS
    assert own.keys() == weighted

    buffers = ('running_mean', 'running_var', 'num_batches_tracked')
    dead = sum(tensors[n].numel() for n in unread if not n.endswith(buffers))
    count = sum(parameter.numel() for parameter in model.parameters())
    assert count - len(weighted) == PARAMETERS[arch][1] - dead


def test_load_from_takes_every_tensor(published_weights, capsys):
    """mmengine's loading, as `load_from` does it, leaves nothing over."""
    weights = published_weights('dla_34')
    model = build('dla_34')
    load_state_dict(model, {f'module.{name}': w for name, w in weights.items()})
    report = capsys.readouterr().out
    assert 'unexpected' not in report
    assert 'size mismatch' not in report
    assert_same_bytes(to_published(model.state_dict()), weights)


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
        for name, value in published_weights('dla_34').items()
        if not name.startswith('id.')
    }
    for head, channels in (('hm', 80), ('wh', 2)):
        weights[f'{head}.2.weight'] = torch.zeros(channels, 256, 1, 1)
        weights[f'{head}.2.bias'] = torch.zeros(channels)
    return weights


def test_heads_of_another_task_are_left_out_and_reported(coco_weights, log_lines):
    """Training may start from weights of another task; one line says what stays."""
    model = build('dla_34')
    own = {name: value.clone() for name, value in model.state_dict().items()}
    load_state_dict(model, dict(coco_weights))
    loaded = model.state_dict()
    (line,) = [line for line in log_lines if 'of another shape' in line]
    for branch, shape in (('heatmap', (80, 256, 1, 1)), ('size', (2, 256, 1, 1))):
        name = f'detector.bbox_head.{branch}.2.weight'
        assert torch.equal(loaded[name], own[name])
        assert f'{name} {shape}' in line
    for ours, published in (('offset.2', 'reg.2'), ('heatmap.0', 'hm.0')):
        value = loaded[f'detector.bbox_head.{ours}.weight']
        assert torch.equal(value, coco_weights[f'{published}.weight'])


def test_inference_refuses_heads_of_another_task(coco_weights, tmp_path):
    """Tracking needs every tensor, and the error lists what does not fit."""
    path = save(tmp_path / 'coco.pth', coco_weights)
    with pytest.raises(CheckpointError) as caught:
        init_model(config_of('dla_34'), path, device='cpu')
    message = str(caught.value)
    assert '4 missing: detector.reid_head.embedding.0.bias' in message
    assert 'detector.bbox_head.heatmap.2.weight (80, 256, 1, 1) for (1, 256' in message


def test_inference_refuses_an_unknown_tensor(published_weights, tmp_path):
    """A name that no rule knows is not lost silently."""
    weights = {**published_weights('dlaconv_34'), 'tracking.0.weight': torch.zeros(3)}
    path = save(tmp_path / 'more.pth', weights)
    with pytest.raises(CheckpointError, match='1 unknown: tracking'):
        init_model(config_of('dlaconv_34'), path, device='cpu')
