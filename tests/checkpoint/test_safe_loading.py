"""No way of loading runs code of a checkpoint."""

import os
import sys
import types
from urllib.error import URLError

import pytest
import torch
from mmengine.runner import checkpoint as mmengine

from fairmot_mm.apis import read_state_dict
from fairmot_mm.checkpoint.safe_loading import load_safely
from fairmot_mm.utils import CheckpointError


class MakeFolder:
    """Runs code while it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.fixture
def foreign(tmp_path):
    """A checkpoint that makes the folder `run` where its code is run."""
    path = tmp_path / 'foreign.pth'
    torch.save({'state_dict': MakeFolder(tmp_path / 'run')}, path)
    yield path
    assert not (tmp_path / 'run').exists()


@pytest.fixture
def download(monkeypatch, foreign):
    """What torch.hub does with a file that it got from a server."""

    def load_url(*_, map_location=None, **__):
        return torch.load(foreign, map_location=map_location, weights_only=False)

    monkeypatch.setattr(mmengine, 'load_url', load_url)


def test_code_is_not_run(foreign):
    """The reason is named, and what to save instead."""
    with pytest.raises(CheckpointError, match=r'\(\w+\.mkdir\).*model\.state_dict\(\)'):
        load_safely(foreign)


def test_yolov5_file_is_refused_with_advice(tmp_path, monkeypatch):
    """Its file holds the model, whose class is that of another code base."""
    module = types.ModuleType('models.yolo')
    module.Model = type('Model', (torch.nn.Linear,), {'__module__': 'models.yolo'})
    monkeypatch.setitem(sys.modules, 'models', types.ModuleType('models'))
    monkeypatch.setitem(sys.modules, 'models.yolo', module)
    path = tmp_path / 'yolov5s.pt'
    torch.save({'epoch': -1, 'model': module.Model(2, 3)}, path)
    with pytest.raises(CheckpointError, match=r"\['model'\]\.state_dict\(\), 'weights"):
        load_safely(path)


def test_pretrained_and_load_from_are_safe(foreign):
    """mmengine's own loading of a file, and of a pretrained backbone."""
    model = torch.nn.Linear(1, 1)
    with pytest.raises(CheckpointError, match='would run code'):
        mmengine.load_checkpoint(model, str(foreign))


@pytest.mark.parametrize(
    'url',
    ['http://a.example/b.pth', 'https://a.example/b.pth', 'open-mmlab://vgg16_caffe'],
)
@pytest.mark.usefixtures('download')
def test_downloads_are_safe(url):
    """Whatever mmengine fetches is read as weights, too."""
    with pytest.raises(CheckpointError, match='would run code'):
        mmengine.load_checkpoint(torch.nn.Linear(1, 1), url)
    assert 'TORCH_FORCE_WEIGHTS_ONLY_LOAD' not in os.environ


@pytest.mark.parametrize('load', [load_safely, read_state_dict])
def test_an_address_is_a_checkpoint_too(load, monkeypatch):
    """It is fetched by mmengine; where it cannot be, the error says so."""

    def load_url(url, **_):
        if 'gone' in url:
            raise URLError('no connection')
        return {'state_dict': {'a': torch.ones(2)}}

    monkeypatch.setattr(mmengine, 'load_url', load_url)
    content = load('https://a.example/b.pth')
    assert torch.equal(content.get('state_dict', content)['a'], torch.ones(2))
    with pytest.raises(
        CheckpointError, match=r'gone\.pth cannot be fetched: .*no conn'
    ):
        load('https://a.example/gone.pth')


def test_damaged_and_missing_files_are_named(tmp_path):
    """Through mmengine as well: one sentence."""
    (tmp_path / 'cut.pth').write_bytes(b'PK\x03\x04 and no more')
    with pytest.raises(CheckpointError, match=r'cut\.pth cannot be read: it is dam'):
        mmengine.load_checkpoint(torch.nn.Linear(1, 1), str(tmp_path / 'cut.pth'))
    with pytest.raises(CheckpointError, match=r'gone\.pth does not exist'):
        mmengine.load_checkpoint(torch.nn.Linear(1, 1), str(tmp_path / 'gone.pth'))


def test_weights_load(tmp_path):
    """What is safe still loads, by either way."""
    model, other = torch.nn.Linear(2, 3), torch.nn.Linear(2, 3)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'a.pth')
    mmengine.load_checkpoint(other, str(tmp_path / 'a.pth'))
    assert torch.equal(other.weight, model.weight)
    assert load_safely(tmp_path / 'a.pth').keys() == {'state_dict'}
