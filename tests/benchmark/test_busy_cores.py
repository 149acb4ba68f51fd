import time
from pathlib import Path

import pytest

from fairmot_mm.benchmark import busy_cores as module
from fairmot_mm.benchmark.busy_cores import busy_cores


@pytest.fixture
def started(monkeypatch):
    """The processes that were started."""
    processes = []

    class Popen(module.subprocess.Popen):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            processes.append(self)

    monkeypatch.setattr(module.subprocess, 'Popen', Popen)
    return processes


def processor_ticks(pid):
    """Processor time of a process so far, in ticks of the system."""
    fields = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return int(fields[11]) + int(fields[12])


def test_processes_work_until_the_end(started):
    """Each uses processor time, and none is left, also after an error."""

    def measure():
        deadline = time.monotonic() + 60
        with busy_cores(2):
            while min(processor_ticks(each.pid) for each in started) < 2:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            raise ValueError('measured')

    with pytest.raises(ValueError, match='measured'):
        measure()
    assert len(started) == 2
    assert all(each.returncode is not None for each in started)


def test_none(started):
    """An idle machine stays idle."""
    with busy_cores(0):
        pass
    assert not started
