"""A file that does not belong to the config: one clear message, by every way in."""

import os

import pytest
import torch
from mmengine.runner import load_checkpoint

from fairmot_mm.apis import init_model
from fairmot_mm.config.load_config import load_config
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import CheckpointError


class MakeFolder:
    """Runs code while it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def by_init_model(config, path):
    return init_model(config, path, device='cpu')


def by_load_from(config, path):
    """What mmengine's Runner does with `load_from`."""
    model = MODELS.build(load_config(config).model)
    load_checkpoint(model, str(path))
    return model


both_ways = pytest.mark.parametrize('load', [by_init_model, by_load_from])


@pytest.fixture
def save(published_weights, tmp_path):
    """Write the checkpoint of a published network; give its path."""

    def write(arch):
        path = tmp_path / f'{arch}.pth'
        torch.save({'epoch': 30, 'state_dict': published_weights(arch)}, path)
        return path

    return write


@both_ways
@pytest.mark.parametrize(
    ('arch', 'network'),
    [
        ('hrnet_18', 'dla34'),
        ('dla_34', 'dla34-conv'),
        ('dlaconv_34', 'dlav0-34'),
        ('resdcn_18', 'r18-fpn-dcn'),
        ('resdcn_18', 'hrnet-w18'),
        ('resdcn_34', 'r18-dcn'),
        ('yolo', 'r34-dcn'),
    ],
)
def test_another_network(load, arch, network, save, config_dir):
    """The message says which network the file is of."""
    with pytest.raises(CheckpointError, match=f'is a published {arch}') as caught:
        load(config_dir / f'fairmot_{network}.py', save(arch))
    message = str(caught.value)
    assert 'detector.backbone.' in message or 'detector.neck.' in message
    assert '\n' not in message
    assert len(message) < 700


@pytest.fixture
def narrow_config(config_dir, tmp_path):
    """DLA-34 with embeddings of 64 numbers, where the file has 128."""
    base = config_dir / 'fairmot_dla34-conv.py'
    path = tmp_path / 'narrow.py'
    path.write_text(
        f"_base_ = '{base}'\n"
        'model = dict(detector=dict(reid_head=dict(embed_dims=64)))\n'
    )
    return path


def test_another_embedding_width_cannot_track(narrow_config, save):
    """The shapes of both are in the message."""
    with pytest.raises(
        CheckpointError,
        match=r'2 of another shape: .*embedding\.2\.bias \(128,\) for \(64,\)',
    ):
        by_init_model(narrow_config, save('dlaconv_34'))


def test_another_embedding_width_starts_a_training_aloud(
    narrow_config, save, log_lines
):
    """All but the last layer of the branch is taken; one line names what is not."""
    model = by_load_from(narrow_config, save('dlaconv_34'))
    assert model.detector.reid_head.embed_dims == 64
    (line,) = [line for line in log_lines if 'of another shape' in line]
    assert 'embedding.2.weight (128, 256, 1, 1)' in line
    assert 'embedding.2.bias (128,)' in line
    assert 'heatmap' not in line


@both_ways
def test_truncated(load, save, config_dir):
    """A download that was cut off is called damaged."""
    path = save('dlaconv_34')
    path.write_bytes(path.read_bytes()[:1_000_000])
    with pytest.raises(CheckpointError, match=r'dlaconv_34\.pth .*damaged, cut off'):
        load(config_dir / 'fairmot_dla34-conv.py', path)


@both_ways
def test_foreign_code(load, published_weights, config_dir, tmp_path):
    """Weights beside which a program lies: refused, and it does not run."""
    content = {
        'state_dict': published_weights('dlaconv_34'),
        'opt': MakeFolder(tmp_path / 'run'),
    }
    torch.save(content, tmp_path / 'foreign.pth')
    with pytest.raises(CheckpointError, match=r'foreign\.pth was refused: .*\.mkdir'):
        load(config_dir / 'fairmot_dla34-conv.py', tmp_path / 'foreign.pth')
    assert not (tmp_path / 'run').exists()
