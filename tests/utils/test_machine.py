import os
import re
from importlib.metadata import version
from pathlib import Path

import numpy as np
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
    """A block counts while it is held."""
    before, size = memory(), 200_000_000
    block = np.ones(size // 8)
    assert memory() - before == pytest.approx(size, rel=0.1)
    del block
    assert memory() - before < 0.1 * size
