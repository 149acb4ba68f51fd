import os
import signal
import subprocess
import sys
import time

import pytest
from torch.utils.data import DataLoader

from fairmot_mm.utils.shield import (
    STOP_SIGNALS,
    shield_workers,
    worker_context,
)

METHODS = ['fork', 'spawn', 'forkserver']
# A process that ignores the signals, and its workers in all ways to start them.
START_WORKERS = """
import os, signal, time
from fairmot_mm.utils.shield import STOP_SIGNALS, worker_context

for number in STOP_SIGNALS:
    signal.signal(number, lambda *_: None)
print('ready', flush=True)
workers = [
    worker_context(method).Process(target=time.sleep, args=({seconds},))
    for method in {methods}
]
for worker in workers:
    worker.start()
print(*[worker.pid for worker in workers], flush=True)
for worker in workers:
    worker.join()
print(*[worker.exitcode for worker in workers], flush=True)
os._exit(0)
"""


@pytest.fixture
def start_workers():
    """Run START_WORKERS in a session of its own, until it is ready."""
    started = []

    def start(seconds):
        script = START_WORKERS.format(seconds=seconds, methods=METHODS)
        process = subprocess.Popen(
            [sys.executable, '-c', script],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        assert process.stdout.readline() == 'ready\n'
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_no_signal_ends_a_worker_from_its_birth_on(start_workers):
    """All signals arrive every 5 ms while workers start: they end their work in peace.

    The workers, and what they print, are those of each way to start a process.
    """
    process = start_workers(seconds=0.2)
    while process.poll() is None:
        for number in STOP_SIGNALS:
            os.killpg(process.pid, number)
        time.sleep(0.005)
    printed, errors = process.communicate()
    assert (printed.splitlines()[1:], errors) == (['0 0 0'], '')


def is_running(pid):
    """Whether a process has not ended; one that nobody waited for has."""
    try:
        with open(f'/proc/{pid}/stat') as file:
            return file.read().rpartition(')')[2].split()[0] != 'Z'
    except FileNotFoundError:
        return False


def test_workers_end_after_a_process_that_was_killed(start_workers):
    """SIGKILL leaves the process no time to end its workers: they do it themselves."""
    process = start_workers(seconds=60)
    workers = process.stdout.readline().split()
    assert len(workers) == len(METHODS)
    process.kill()
    deadline = time.monotonic() + 20
    while any(map(is_running, workers)):
        assert time.monotonic() < deadline, workers
        time.sleep(0.05)


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
def test_the_process_that_started_a_worker_ends_it(number):
    """It does so at once, and by each of the signals."""
    worker = worker_context('fork').Process(target=time.sleep, args=(60,))
    worker.start()
    os.kill(worker.pid, number)
    worker.join(20)
    assert worker.exitcode == 0


@pytest.mark.parametrize('method', [None, *METHODS])
def test_a_loader_keeps_its_start_method(method):
    """Shielding twice is shielding once; a loader without workers has none."""
    loader = DataLoader(range(4), num_workers=1, multiprocessing_context=method)
    shield_workers(loader)
    shield_workers(loader)
    context = loader.multiprocessing_context
    assert context.get_start_method() == method or method is None
    assert type(context) is type(worker_context(method))
    shield_workers(DataLoader(range(4)))
