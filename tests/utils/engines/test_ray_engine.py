import sys

import pytest

from fairmot_mm.utils import ConfigError, UserInputError
from fairmot_mm.utils.engines.ray_engine import RayEngine

ray = pytest.importorskip('ray', reason="needs pip install 'fairmot_mm[ray]'")
# A Ray of its own takes seconds to start.
pytestmark = pytest.mark.slow


def test_jobs(check_engine):
    """Jobs are done once; one whose actor is killed starts again in another."""
    engine = check_engine(lambda spec: RayEngine(spec, 2))
    assert engine.num_workers == 2
    assert not ray.is_initialized()


def test_errors(toy, tmp_path):
    """A worker that cannot start, a job that kills, and a cluster without room."""
    engine = RayEngine(toy(broken=True), 1)
    engine.submit({'n': 1})
    with pytest.raises(UserInputError, match=r'there is no weights\.pth'):
        next(engine.finished())
    engine.close()

    engine = RayEngine(toy(), 1)
    engine.submit({'n': 1, 'kills': 99, 'notes': str(tmp_path)})
    (only,) = engine.finished()
    engine.close()
    assert 'was ended by the system 3 times' in only.error

    with pytest.raises(ConfigError, match='no room for a worker of 1 CPU'):
        RayEngine(toy(), 1, num_gpus=1)
    assert not ray.is_initialized()


def test_a_cluster_that_is_not_there(toy):
    """The address is in the message."""
    with pytest.raises(ConfigError, match=r'127\.0\.0\.1:9 cannot be reached'):
        RayEngine(toy(), address='127.0.0.1:9')


def test_no_ray(toy, monkeypatch):
    """Without Ray there is a line with the command that installs it."""
    monkeypatch.setitem(sys.modules, 'ray', None)
    with pytest.raises(ConfigError, match=r"pip install 'fairmot_mm\[ray\]'"):
        RayEngine(toy())
