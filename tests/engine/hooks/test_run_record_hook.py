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
