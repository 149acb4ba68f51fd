import json
import math
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from mmengine.config import Config

import fairmot_mm.engine.hooks.run_record_hook as module
from fairmot_mm.engine import RunRecordHook
from fairmot_mm.utils.git_state import GitState


@pytest.fixture
def runner(tmp_path):
    return SimpleNamespace(
        log_dir=str(tmp_path), cfg=Config(dict(a=1)), launcher='none', seed=1
    )


def test_changes_of_every_repository(runner, tmp_path, monkeypatch):
    """Each repository once, with its patch in a file; equal names do not collide."""
    states = [
        GitState(tmp_path / 'x' / 'own', 'c0', 'b', ['n.py'], 'patch 0'),
        GitState(tmp_path / 'y' / 'own', 'c1', '', [], 'patch 1'),
        None,
    ]
    folders = iter(states)
    runner.cfg.__dict__['_filename'] = str(tmp_path / 'config.py')
    monkeypatch.setattr(module, 'git_state', lambda folder: next(folders))
    RunRecordHook().before_run(runner)
    record = json.loads((tmp_path / 'record.json').read_text())
    assert [entry['commit'] for entry in record['repositories']] == ['c0', 'c1']
    assert record['repositories'][0]['untracked'] == ['n.py']
    for number, entry in enumerate(record['repositories']):
        assert (tmp_path / entry['changes']).read_text() == f'patch {number}'


def test_no_secrets(runner, tmp_path, monkeypatch):
    """Environment variables stay out, and the passwords of addresses."""
    monkeypatch.setenv('WANDB_API_KEY', 'abcdef123')
    monkeypatch.setattr(sys, 'argv', ['t', 'a=https://me:abcdef123@host/x', 'b=1'])
    RunRecordHook().before_run(runner)
    text = (tmp_path / 'record.json').read_text()
    assert 'abcdef123' not in text
    assert "https://***@host/x' b=1" in text or 'https://***@host/x b=1' in text


def test_metrics_that_json_has_not(runner, tmp_path):
    """Not a number becomes null, arrays lists; every test is one more entry."""
    hook = RunRecordHook()
    scores = {'a/b': np.float32(0.5), 'a/b/s': math.nan, 'text': 'x', 'c': np.arange(2)}
    hook.after_test_epoch(runner, scores)
    hook.after_test_epoch(runner, None)
    first, second = json.loads((tmp_path / 'metrics.json').read_text())
    assert first['overall'] == {'a/b': 0.5, 'text': 'x', 'c': [0, 1]}
    assert first['sequences'] == {'s': {'a/b': None}}
    assert second['overall'] == {}


def test_damaged_packages(runner, tmp_path, monkeypatch):
    """What an interrupted installation leaves is listed, and ends no training."""
    for name, text in (
        ('empty-1.0.dist-info', None),
        ('nameless-1.0.dist-info', 'Version: 1\n'),
        ('good-2.0.dist-info', 'Name: good\nVersion: 2.0\n'),
        ('bytes-1.0.dist-info', b'Name: \xff\xfe'),
    ):
        folder = tmp_path / 'site' / name
        folder.mkdir(parents=True)
        if text is not None:
            data = text if isinstance(text, bytes) else text.encode()
            (folder / 'METADATA').write_bytes(data)
    (tmp_path / 'site' / 'file-1.0.dist-info').write_text('no folder')
    monkeypatch.syspath_prepend(tmp_path / 'site')
    RunRecordHook().before_run(runner)
    packages = json.loads((tmp_path / 'record.json').read_text())['packages']
    assert packages['good'] == '2.0'
    assert packages['torch']
    assert 'damaged' in packages[str(tmp_path / 'site/empty-1.0.dist-info')]
    assert str(tmp_path / 'site/nameless-1.0.dist-info') in packages


def test_machine_that_cannot_be_described(runner, tmp_path, monkeypatch):
    """A broken compiler or driver ends no training."""

    def fail():
        raise RuntimeError('nvcc is broken')

    monkeypatch.setattr(module, 'collect_env', fail)
    RunRecordHook().before_run(runner)
    record = json.loads((tmp_path / 'record.json').read_text())
    assert record['environment'] == {'error': "RuntimeError('nvcc is broken')"}
