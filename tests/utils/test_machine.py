import mmap
import os
import re
from importlib.metadata import version
from pathlib import Path

import pytest
import torch

from fairmot_mm.utils.machine import (
    current_memory,
    describe_machine,
    machine_line,
    peak_memory,
    unshared_memory,
)


def test_machine():
    """What a measurement depends on, in a line and in full."""
    machine = describe_machine()
    assert machine['versions']['torch'] == version('torch')
    assert {'python', 'mmcv', 'numpy'} <= machine['versions'].keys()
    assert machine['cores'] == len(os.sched_getaffinity(0))
    assert machine['threads'] == torch.get_num_threads()
    meminfo = Path('/proc/meminfo').read_text()
    kibibytes = int(re.search(r'^MemTotal:\s+(\d+) kB', meminfo, re.MULTILINE)[1])
    assert machine['memory_gb'] == pytest.approx(kibibytes * 1024 / 1e9, abs=0.06)
    line = machine_line(machine)
    assert machine['cpu'] in line
    assert f'PyTorch {version("torch")}' in line
    assert 'CUDA' not in line


def test_peak_memory():
    """It is what the kernel of Linux calls the high-water mark."""
    status = Path('/proc/self/status').read_text()
    kibibytes = int(re.search(r'^VmHWM:\s+(\d+) kB', status, re.MULTILINE)[1])
    assert peak_memory() == pytest.approx(kibibytes * 1024, rel=0.05)


@pytest.mark.parametrize('memory', [current_memory, unshared_memory])
def test_memory_of_a_block(memory):
    """A block counts while it is held.

    The block is mapped here: an allocator may give out, and keep, memory that this
    process holds already.
    """
    before, size = memory(), 200_000_000
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE) as block:
        for start in range(0, size, mmap.PAGESIZE):
            block[start] = 1  # the kernel gives a page when it is written
        assert memory() - before == pytest.approx(size, rel=0.1)
    assert memory() - before < 0.1 * size
