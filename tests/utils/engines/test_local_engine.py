import os
import signal
import time

import psutil
import pytest

from fairmot_mm.utils import UserInputError
from fairmot_mm.utils.engines.local_engine import LocalEngine


def test_jobs(check_engine):
    """Jobs are done once; one whose process is killed starts again in another."""
    engine = check_engine(lambda spec: LocalEngine(spec, 2))
    assert engine.num_workers == 2


def test_a_job_that_kills(toy, tmp_path):
    """A job with which three processes die fails; the others are done."""
    engine = LocalEngine(toy(), 1)
    engine.submit({'n': 1, 'kills': 99, 'notes': str(tmp_path)})
    engine.submit({'n': 2})
    first, second = engine.finished()
    engine.close()
    assert 'was ended by the system 3 times' in first.error
    assert second.result['n'] == 4
    assert len([*tmp_path.iterdir()]) == 3


def test_a_worker_that_cannot_start(toy):
    """The error of the worker is that of the run."""
    engine = LocalEngine(toy(broken=True), 1)
    engine.submit({'n': 1})
    with pytest.raises(UserInputError, match=r'there is no weights\.pth'):
        next(engine.finished())
    engine.close()


def test_a_worker_dies_alone(toy):
    """kill -9 of a process costs nothing but its own job; close ends all of them."""
    engine = LocalEngine(toy(), 2)
    for n in range(2):
        engine.submit({'n': n})
    pids = {finished.result['pid'] for finished in engine.finished()}
    os.kill(min(pids), signal.SIGKILL)
    for n in range(4):
        engine.submit({'n': n})
    later = {finished.result['pid'] for finished in engine.finished()}
    assert min(pids) not in later
    engine.close()
    ends = time.monotonic() + 5
    while any(psutil.pid_exists(pid) for pid in later) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not any(psutil.pid_exists(pid) for pid in later)
