"""The set-up: what an interruption leaves, and what is kept compiled."""

import runpy
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

SET_UP = Path(__file__).parents[3] / 'tools' / 'dev' / 'set_up.py'


@pytest.fixture
def venv(tmp_path):
    """An environment that holds one whole distribution of one module."""
    site = tmp_path / 'lib' / 'python3.11' / 'site-packages'
    info = site / 'toy-1.0.dist-info'
    info.mkdir(parents=True)
    (site / 'toy.py').write_text('x = 1\n')
    record = 'toy.py,sha256=abc,6\n__pycache__/toy.pyc,,\ntoy-1.0.dist-info/RECORD,,\n'
    (info / 'RECORD').write_text(record)
    return tmp_path


@pytest.mark.parametrize(
    ('broken', 'content'),
    [
        ('toy.py', None),
        ('toy.py', 'x ='),
        ('toy-1.0.dist-info/RECORD', None),
    ],
    ids=['missing', 'cut-short', 'no-record'],
)
def test_half_installed_distribution_is_forgotten(venv, broken, content):
    """Only what is broken loses its mark, so that pip installs it again."""
    forget_half_installed = runpy.run_path(str(SET_UP))['forget_half_installed']
    site = venv / 'lib' / 'python3.11' / 'site-packages'
    forget_half_installed(venv)
    assert (site / 'toy-1.0.dist-info').is_dir()
    if content is None:
        (site / broken).unlink()
    else:
        (site / broken).write_text(content)
    forget_half_installed(venv)
    assert not (site / 'toy-1.0.dist-info').exists()


def test_bytecode_is_kept(tmp_path, monkeypatch):
    """What the scripts of the set-up import is compiled, also where Python may not."""
    folder = tmp_path / 'tools' / 'dev'
    folder.mkdir(parents=True)
    shutil.copy(SET_UP, folder)
    (folder / 'check.py').write_text('import toy_module\n')
    (folder / 'toy_module.py').write_text('x = 1\n')
    monkeypatch.setenv('PYTHONDONTWRITEBYTECODE', '1')
    monkeypatch.delenv('PYTHONPYCACHEPREFIX', raising=False)
    set_up = runpy.run_path(str(folder / SET_UP.name))
    set_up['run_script'](Path(sys.executable), 'check.py')
    assert [*folder.glob('__pycache__/toy_module.*.pyc')]


def test_what_is_compiled_exists():
    """The last script of the set-up imports what a run imports late."""
    later = runpy.run_path(str(SET_UP.with_name('check_setup.py')))['LATER']
    assert all(map(find_spec, later))
