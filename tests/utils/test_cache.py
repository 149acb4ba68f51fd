from pathlib import Path

import pytest

from fairmot_mm.apis import fetch_weights, find_model
from fairmot_mm.datasets.label_index import default_index_dir
from fairmot_mm.inference.onnx_backend import onnx_cache_dir
from fairmot_mm.utils import CheckpointError
from fairmot_mm.utils.cache import cache_dir


def test_which_folder(monkeypatch, tmp_path):
    """FAIRMOT_MM_CACHE names the folder; without it the system's cache has one."""
    monkeypatch.delenv('FAIRMOT_MM_CACHE', raising=False)
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    assert cache_dir() == tmp_path / 'fairmot_mm'
    monkeypatch.delenv('XDG_CACHE_HOME')
    assert cache_dir('onnx') == Path.home() / '.cache' / 'fairmot_mm' / 'onnx'
    monkeypatch.setenv('FAIRMOT_MM_CACHE', '~/kept')
    assert cache_dir('labels') == Path.home() / 'kept' / 'labels'


def test_everything_is_kept_in_the_one_folder(monkeypatch, tmp_path):
    """Weights, ONNX files and label indices all follow the variable."""
    monkeypatch.setenv('FAIRMOT_MM_CACHE', str(tmp_path))
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'not here'))
    assert default_index_dir() == tmp_path / 'labels'
    assert onnx_cache_dir() == tmp_path / 'onnx'
    with pytest.raises(CheckpointError, match=f'put it into {tmp_path} '):
        fetch_weights(find_model('fairmot_dla34'))
