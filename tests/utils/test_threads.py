"""The cores that count, and that idle threads of a process sleep."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
import torch

from fairmot_mm.utils import threads
from fairmot_mm.utils.threads import (
    available_cores,
    codec_threads,
    limit_threads,
    prepare_threads,
)
from fairmot_mm.video.video_reader import VideoReader

TOOLS = Path(__file__).parents[2] / 'tools'
KNOWN = (
    *('OMP_WAIT_POLICY', 'GOMP_SPINCOUNT', 'KMP_BLOCKTIME', 'KMP_LIBRARY'),
    *('OPENBLAS_THREAD_TIMEOUT', 'GOTO_THREAD_TIMEOUT'),
    *('OMP_NUM_THREADS', 'MKL_NUM_THREADS'),
    *('OPENBLAS_NUM_THREADS', 'GOTO_NUM_THREADS'),
)
V2 = '30 23 0:28 {group} /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n'
V1 = '31 23 0:29 {group} /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n'
OTHER = '32 23 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n'


@pytest.fixture
def clean(monkeypatch):
    """None of the variables is set; all are as before afterwards."""
    for name in KNOWN:
        monkeypatch.setenv(name, '')
        monkeypatch.delenv(name)


@pytest.fixture
def system(tmp_path, monkeypatch):
    """Makes a tree like that of the system, of a machine with eight processors."""
    monkeypatch.setattr(os, 'sched_getaffinity', lambda pid: set(range(8)))

    def make(own, mounts, files):
        texts = {'proc/self/cgroup': own, 'proc/self/mountinfo': mounts, **files}
        for name, text in texts.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return available_cores(tmp_path)

    return make


@pytest.mark.parametrize(
    ('limit', 'cores'),
    [
        ('max 100000', 8),
        ('400000 100000', 4),
        ('150000 100000', 2),
        ('100001 100000', 2),
        ('20000 100000', 1),
        ('20000 10000', 2),
        ('9900000 100000', 8),
        ('', 8),
    ],
)
def test_quota_of_cgroup_v2(system, limit, cores):
    """Parts of a core count as one; no quota and a large one change nothing."""
    files = {'sys/fs/cgroup/job/cpu.max': f'{limit}\n'}
    assert system('0::/job\n', V2.format(group='/'), files) == cores


@pytest.mark.parametrize(
    ('quota', 'period', 'cores'),
    [('-1', '100000', 8), ('250000', '100000', 3), ('50000', '100000', 1)],
)
def test_quota_of_cgroup_v1(system, quota, period, cores):
    """The group of the controller `cpu` counts, not those of others."""
    folder = 'sys/fs/cgroup/cpu,cpuacct/docker/a1'
    files = {
        f'{folder}/cpu.cfs_quota_us': f'{quota}\n',
        f'{folder}/cpu.cfs_period_us': f'{period}\n',
        'sys/fs/cgroup/memory/wide/cpu.cfs_quota_us': '100000',
        'sys/fs/cgroup/memory/wide/cpu.cfs_period_us': '100000',
    }
    own = '5:memory:/wide\n4:cpu,cpuacct:/docker/a1\n1:name=systemd:/x\n'
    assert system(own, V1.format(group='/') + OTHER, files) == cores


@pytest.mark.parametrize(
    ('outer', 'middle', 'inner', 'cores'),
    [('600000', '300000', 'max', 3), ('200000', 'max', '700000', 2)],
)
def test_the_smallest_quota_around_counts(system, outer, middle, inner, cores):
    """A job may lie in a group that has less than its own quota says."""
    base = 'sys/fs/cgroup'
    files = {
        f'{base}/a/cpu.max': f'{outer} 100000',
        f'{base}/a/b/cpu.max': f'{middle} 100000',
        f'{base}/a/b/c/cpu.max': f'{inner} 100000',
        f'{base}/z/cpu.max': '100000 100000',  # of others
    }
    assert system('0::/a/b/c\n', V2.format(group='/'), files) == cores


@pytest.mark.parametrize('mount', [V2, V1])
@pytest.mark.parametrize(
    ('group', 'mounted'),
    [
        ('/', '/'),
        ('/docker/a1', '/docker/a1'),
        ('/docker/a1', '/'),
        ('/../../elsewhere', '/'),
    ],
)
def test_in_a_container(system, mount, group, mounted):
    """A container sees its group as the root, under whatever name the host gives it."""
    is_v2 = mount == V2
    folder = 'sys/fs/cgroup' if is_v2 else 'sys/fs/cgroup/cpu,cpuacct'
    files = {
        f'{folder}/cpu.max': '200000 100000' if is_v2 else '',
        f'{folder}/cpu.cfs_quota_us': '200000',
        f'{folder}/cpu.cfs_period_us': '100000',
    }
    own = f'0::{group}\n' if is_v2 else f'4:cpu,cpuacct:{group}\n'
    assert system(own, mount.format(group=mounted), files) == 2


def test_both_versions_at_once(system):
    """A machine may use v1 for processor time and v2 for the rest."""
    folder = 'sys/fs/cgroup/cpu,cpuacct/job'
    files = {
        f'{folder}/cpu.cfs_quota_us': '300000',
        f'{folder}/cpu.cfs_period_us': '100000',
    }
    mounts = V2.format(group='/') + V1.format(group='/')
    assert system('4:cpu,cpuacct:/job\n0::/\n', mounts, files) == 3


def test_without_cgroups_or_affinity(tmp_path, monkeypatch):
    """Other systems than Linux count the processors."""
    monkeypatch.delattr(os, 'sched_getaffinity')
    monkeypatch.setattr(os, 'cpu_count', lambda: 6)
    assert available_cores(tmp_path) == 6
    monkeypatch.setattr(os, 'cpu_count', lambda: None)
    assert available_cores(tmp_path) == 1


def test_affinity_counts(tmp_path, monkeypatch):
    """A process that is bound to a core has one."""
    monkeypatch.setattr(os, 'sched_getaffinity', lambda pid: {3})
    assert available_cores(tmp_path) == 1


def test_idle_threads_sleep(clean):
    """All runtimes that PyTorch and NumPy are built with get a setting."""
    prepare_threads()
    assert os.environ['GOMP_SPINCOUNT'] == '10000'
    assert 'OMP_WAIT_POLICY' not in os.environ
    assert os.environ['KMP_BLOCKTIME'] == '0'
    assert os.environ['OPENBLAS_THREAD_TIMEOUT'] == '4'


@pytest.mark.parametrize('name', KNOWN[:6])
def test_a_setting_of_the_user_wins(clean, monkeypatch, name):
    """Whichever of the variables is set, those of the same library stay alone."""
    monkeypatch.setenv(name, 'ACTIVE')
    prepare_threads()
    known = KNOWN[:4] if name in KNOWN[:4] else KNOWN[4:6]
    assert {key: os.environ[key] for key in known if key in os.environ} == {
        name: 'ACTIVE'
    }


def test_numpy_gets_the_quota(clean, monkeypatch):
    """OpenBLAS counts processors; it is told where a quota gives fewer cores."""
    monkeypatch.setattr(os, 'sched_getaffinity', lambda pid: set(range(8)))
    monkeypatch.setattr(threads, 'available_cores', lambda: 8)
    prepare_threads()
    assert 'OPENBLAS_NUM_THREADS' not in os.environ
    monkeypatch.setattr(threads, 'available_cores', lambda: 3)
    prepare_threads()
    assert os.environ['OPENBLAS_NUM_THREADS'] == '3'
    monkeypatch.setenv('OPENBLAS_NUM_THREADS', '5')
    prepare_threads()
    assert os.environ['OPENBLAS_NUM_THREADS'] == '5'


def test_codecs_get_the_quota(monkeypatch, video, frames):
    """FFmpeg chooses by itself, unless a quota gives fewer cores than it counts."""
    monkeypatch.setattr(os, 'sched_getaffinity', lambda pid: set(range(8)))
    monkeypatch.setattr(threads, 'available_cores', lambda: 8)
    assert codec_threads() == 0
    monkeypatch.setattr(threads, 'available_cores', lambda: 3)
    assert codec_threads() == 3
    reader = VideoReader(video)
    assert reader._stream.codec_context.thread_count == 3
    assert len([*reader]) == len(frames)


@pytest.fixture
def eight_threads(clean, monkeypatch):
    """PyTorch and OpenCV as they are on a machine with eight processors."""
    monkeypatch.setattr(os, 'sched_getaffinity', lambda pid: set(range(8)))
    monkeypatch.setattr(os, 'cpu_count', lambda: 8)
    monkeypatch.setattr(threads, '_torch_was_first', False)
    before = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(8)
    cv2.setNumThreads(8)
    yield
    torch.set_num_threads(before[0])
    cv2.setNumThreads(before[1])


@pytest.mark.parametrize(
    ('cores', 'processes', 'expected'),
    [(3, 1, 3), (8, 1, 8), (8, 2, 4), (3, 2, 1), (2, 4, 1)],
)
def test_threads_of_torch(monkeypatch, eight_threads, cores, processes, expected):
    """As many as there are cores for the process, and at least one."""
    monkeypatch.setattr(threads, 'available_cores', lambda: cores)
    limit_threads(processes)
    assert torch.get_num_threads() == cv2.getNumThreads() == expected


def test_threads_of_a_bound_process(monkeypatch, eight_threads):
    """Where the launcher bound each process to some cores, they are its own."""
    monkeypatch.setattr(os, 'cpu_count', lambda: 16)
    monkeypatch.setattr(threads, 'available_cores', lambda: 8)
    limit_threads(2)
    assert torch.get_num_threads() == 8


def test_threads_that_the_user_set(monkeypatch, eight_threads):
    """Variables win, and so does a number that was set before the package came."""
    monkeypatch.setattr(threads, 'available_cores', lambda: 2)
    monkeypatch.setenv('OMP_NUM_THREADS', '8')
    limit_threads()
    assert torch.get_num_threads() == 8
    monkeypatch.delenv('OMP_NUM_THREADS')
    monkeypatch.setattr(threads, '_torch_was_first', True)
    torch.set_num_threads(7)
    limit_threads()
    assert torch.get_num_threads() == 7
    torch.set_num_threads(8)  # what PyTorch chooses by itself
    limit_threads()
    assert torch.get_num_threads() == 2


def test_fewer_threads_stay(monkeypatch, eight_threads):
    """The number is never raised."""
    monkeypatch.setattr(threads, 'available_cores', lambda: 4)
    torch.set_num_threads(1)
    limit_threads()
    assert torch.get_num_threads() == 1


def first_of_the_heavy(path):
    """The package that a file imports first, of ours and those that start threads."""
    heavy = {'fairmot_mm', 'torch', 'numpy', 'cv2', 'mmcv', 'mmdet', 'mmengine'}
    for node in ast.parse(path.read_text()).body:
        names = [alias.name for alias in getattr(node, 'names', [])]
        names = [node.module] if isinstance(node, ast.ImportFrom) else names
        for name in names:
            if name and name.split('.')[0] in heavy:
                return name.split('.')[0]
    return None


@pytest.mark.parametrize(
    'path', [path for path in TOOLS.rglob('*.py') if '__main__' in path.read_text()]
)
def test_every_tool_sets_it_in_time(path):
    """A tool imports this package before torch and NumPy, which read the setting."""
    assert first_of_the_heavy(path) in ('fairmot_mm', None)


# Processor time of two threads that share a small job and then have nothing to do.
IDLE = """
{imports}
import time
import torch
torch.set_num_threads(2)
values = torch.rand(200_000)
values.exp()
start = time.process_time()
for _ in range(20):
    values.exp()
    time.sleep(0.01)
print(time.process_time() - start)
"""


def run_idle(imports, **variables):
    """Seconds of processor time of 20 small jobs with pauses, in a new process."""
    environment = {key: value for key, value in os.environ.items() if key not in KNOWN}
    ended = subprocess.run(
        [sys.executable, '-c', IDLE.format(imports=imports)],
        env={**environment, 'PYTHONPATH': str(Path(__file__).parents[2]), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(ended.stdout)


@pytest.mark.slow
@pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2 if hasattr(os, 'sched_getaffinity') else True,
    reason='needs two cores',
)
def test_an_idle_thread_uses_no_time():
    """With this package PyTorch's second thread sleeps; as the user sets, it spins."""
    asleep = run_idle('import fairmot_mm')
    spinning = run_idle('import fairmot_mm', OMP_WAIT_POLICY='ACTIVE')
    assert asleep < 0.5 * spinning
