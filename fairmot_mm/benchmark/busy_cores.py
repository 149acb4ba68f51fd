"""Other work on the same cores, as measurements of a busy machine need it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# It ends with the process that has started it, however that one ends.
_WORK = """
import os
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(1_000_000):
        pass
"""


@contextmanager
def busy_cores(number: int) -> Iterator[None]:
    """Keep some processes busy, with one thread each, while the body runs.

    Args:
        number: Number of processes.
    """
    command = [sys.executable, '-I', '-S', '-c', _WORK]
    processes = [subprocess.Popen(command) for _ in range(number)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
