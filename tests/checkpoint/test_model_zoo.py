import hashlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import torch
import yaml

from fairmot_mm.apis import (
    TrackInferencer,
    default_model,
    fetch_weights,
    find_model,
    init_model,
    list_models,
    load_config,
)
from fairmot_mm.apis.ensure_model import ensure_model
from fairmot_mm.checkpoint import zoo_weights
from fairmot_mm.checkpoint.zoo_weights import int8_weights
from fairmot_mm.utils import CheckpointError, ConfigError, model_zoo

ROOT = Path(__file__).parents[2]
SMALL = 'configs/_base_/models/fairmot_dla34-conv-small.py'


class Server(BaseHTTPRequestHandler):
    """Sends `content`, and perhaps ends in the middle of it."""

    content = b'weights ' * 1000
    cut_after = None
    requests = 0

    def do_GET(self):
        type(self).requests += 1
        self.send_response(200)
        self.send_header('Content-Length', str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content[: self.cut_after])

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    """A web server of this machine; gives its handler, whose `url` it has."""
    with HTTPServer(('127.0.0.1', 0), Server) as running:
        monkeypatch.setattr(
            Server, 'url', f'http://127.0.0.1:{running.server_port}/w.pth', False
        )
        monkeypatch.setattr(Server, 'requests', 0)
        thread = threading.Thread(
            target=running.serve_forever, kwargs={'poll_interval': 0.01}
        )
        thread.start()
        yield Server
        running.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder."""
    monkeypatch.setenv('FAIRMOT_MM_CACHE', str(tmp_path / 'cache'))
    return tmp_path / 'cache'


@pytest.fixture
def zoo(tmp_path, monkeypatch):
    """Make a zoo of one model whose metafile has the given keys more."""

    def make(metadata=None, **keys):
        root = tmp_path / 'zoo'
        root.mkdir(exist_ok=True)
        model = dict(Name='small_net', Config='c.py', Metadata=metadata or {}, **keys)
        (root / 'model-index.yml').write_text(yaml.safe_dump({'Import': ['m.yml']}))
        (root / 'm.yml').write_text(yaml.safe_dump({'Models': [model]}))
        (root / 'c.py').write_text(f'_base_ = {str(ROOT / SMALL)!r}')
        monkeypatch.setattr(model_zoo, 'project_root', lambda: root)
        return find_model('small_net')

    return make


def digest(content):
    return hashlib.sha256(content).hexdigest()


def test_download(server, cache, zoo):
    """Fetched once, then taken from the cache, and checked there each time."""
    model = zoo({'SHA256': digest(server.content)}, Weights=server.url)
    for _ in range(2):
        path = fetch_weights(model)
        assert path == cache / 'w.pth'
        assert path.read_bytes() == server.content
    assert server.requests == 1
    path.write_bytes(b'bit rot')
    with pytest.raises(CheckpointError, match=r'w\.pth is damaged .* remove it'):
        fetch_weights(model)


@pytest.mark.parametrize(
    ('cut_after', 'sha', 'message'),
    [
        (None, 'f' * 64, 'the server sent another file'),
        (100, 'f' * 64, 'the connection ended after 100 of 8000 bytes'),
    ],
)
def test_bad_download(server, cache, zoo, monkeypatch, cut_after, sha, message):
    """Another file or half of one is named and never gets the weights' name."""
    monkeypatch.setattr(server, 'cut_after', cut_after)
    with pytest.raises(CheckpointError, match=message):
        fetch_weights(zoo({'SHA256': sha}, Weights=server.url))
    assert list(cache.iterdir()) == []


def test_offline(cache, zoo):
    """Without a connection it says which file to put where."""
    url = 'http://127.0.0.1:9/w.pth'  # no server has this port
    with pytest.raises(CheckpointError, match='refused') as error:
        fetch_weights(zoo({'SHA256': 'f' * 64}, Weights=url))
    assert all(text in str(error.value) for text in (url, 'f' * 64, f'{cache}/w.pth'))


def test_interrupted_download(server, cache, zoo, monkeypatch):
    """Ctrl-C in the middle leaves nothing behind."""

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(zoo_weights.shutil, 'copyfileobj', interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch_weights(zoo({'SHA256': 'f' * 64}, Weights=server.url))
    assert list(cache.iterdir()) == []


def test_published_weights(cache):
    """Those behind a browser's click are described, and used once they are there."""
    with pytest.raises(
        CheckpointError, match=r'drive\.google\.com.* put it into '
    ) as e:
        init_model('fairmot_dla34', device='cpu')
    assert 'fairmot_dla34.pth' in str(e.value)
    assert str(cache) in str(e.value)
    cache.mkdir()
    (cache / 'fairmot_dla34.pth').write_bytes(b'put there by hand')
    assert fetch_weights(find_model('fairmot_dla34')) == cache / 'fairmot_dla34.pth'


def test_default_comes_with_the_package(zoo, tmp_path, monkeypatch):
    """A model whose weights lie in the package is what is taken without a name."""
    monkeypatch.setattr(zoo_weights, 'PACKAGE', tmp_path / 'fairmot_mm')
    source = init_model(ROOT / SMALL, device='cpu')
    weights = tmp_path / 'fairmot_mm' / 'model_zoo' / 'w.pth'
    weights.parent.mkdir(parents=True)
    torch.save({name: w.half() for name, w in source.state_dict().items()}, weights)
    metadata = {'SHA256': digest(weights.read_bytes()), 'Default': True}
    zoo(metadata, Weights='fairmot_mm/model_zoo/w.pth', Alias=['small'])
    assert default_model().short_name == 'small'
    model = ensure_model(None, device='cpu')
    assert all(
        torch.equal(weight, source.state_dict()[name].to(torch.half).to(weight.dtype))
        for name, weight in model.state_dict().items()
    )
    weights.unlink()
    with pytest.raises(CheckpointError, match=r'w\.pth does not exist; .*install'):
        init_model('small', device='cpu')


def test_no_default(zoo):
    """A zoo without one says which names there are."""
    zoo({'Published At': ['https://example.org'], 'Published Weights': 'w.pth'})
    with pytest.raises(ConfigError, match=r'no default model.*\(small_net\)'):
        TrackInferencer(device='cpu')


def test_names_are_configs():
    """Every experiment of the table can be named where a config is wanted."""
    name = 'fairmot_r50-dcn_2xb6-30e_mix-mot17half'
    assert load_config(name).model.type == 'FairMOT'
    assert name not in [model.name for model in list_models()]
    with pytest.raises(CheckpointError, match=r'no weights of .* are published'):
        init_model(name, device='cpu')
    with pytest.raises(
        ConfigError, match=r'nor a name of the model zoo.* fairmot_dla34'
    ):
        load_config('fairmot_dla43')
    with pytest.raises(ConfigError, match=r'config configs/no\.py does not exist'):
        load_config('configs/no.py')


def test_weights_without_sum(zoo):
    """A metafile that would let any file pass is refused."""
    with pytest.raises(ConfigError, match='small_net has Weights without'):
        zoo(Weights='https://example.org/w.pth')


def test_installed_configs(monkeypatch, tmp_path):
    """An installed package has its configs where mim looks for them."""
    (tmp_path / '.mim').mkdir()
    monkeypatch.setattr(model_zoo, 'PACKAGE', tmp_path)
    assert model_zoo.project_root() == tmp_path.parent
    (tmp_path / '.mim' / 'model-index.yml').write_text('Import: []')
    assert model_zoo.project_root() == tmp_path / '.mim'
    assert list_models() == []


def test_real_zoo():
    """Names are unique, and configs and packaged files are there."""
    models = list_models()
    names = [name for model in models for name in (model.name, *model.aliases)]
    assert len(names) == len(set(names))
    assert sum(model.is_default for model in models) == 1
    for model in models:
        assert model.config.is_file()
        if model.weights and '://' not in model.weights:
            assert fetch_weights(model).stat().st_size < 15e6
        if model.published_weights:
            assert model.published_at


def test_light_model_in_int8():
    """The file in int8 is the one of the metafile, small, and names no folder."""
    content = int8_weights(find_model('fairmot_yolov5s_lite')).read_bytes()
    assert len(content) <= 4e6
    assert b'.py", line' not in content
