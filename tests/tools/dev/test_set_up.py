"""An interrupted installation is recognised, whichever file it broke."""

import runpy
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
