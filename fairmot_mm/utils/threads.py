"""The cores that this process may use, and how its idle threads wait."""

import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

# For each library: the variables by which a user says how its idle threads wait, and
# what we set where none of them is set. PyTorch is built with GNU's OpenMP on Linux
# (which reads the first two) and LLVM's or Intel's elsewhere, NumPy with OpenBLAS,
# whose shortest time is 2^4 cycles.
_WAITING = (
    (
        ('OMP_WAIT_POLICY', 'GOMP_SPINCOUNT', 'KMP_BLOCKTIME', 'KMP_LIBRARY'),
        # GNU's OpenMP spins 10,000 times before it sleeps, some tens of
        # microseconds, and not 300,000 times: without any spinning, networks of many
        # small layers take half as long again on an idle machine.
        {'GOMP_SPINCOUNT': '10000', 'KMP_BLOCKTIME': '0'},
    ),
    (
        ('OPENBLAS_THREAD_TIMEOUT', 'GOTO_THREAD_TIMEOUT'),
        {'OPENBLAS_THREAD_TIMEOUT': '4'},
    ),
)
# Variables by which a user sets the number of threads of PyTorch, and of NumPy.
_TORCH_THREADS = ('OMP_NUM_THREADS', 'MKL_NUM_THREADS')
_NUMPY_THREADS = ('OPENBLAS_NUM_THREADS', 'GOTO_NUM_THREADS', 'OMP_NUM_THREADS')
_torch_was_first = False


def prepare_threads() -> None:
    """Let idle threads of numerical libraries sleep soon; a user's own setting wins.

    Idle threads spin for long by default: they keep a core busy while they wait for
    work. Where other programs need the cores, a frame then takes ten times as long. The
    libraries read the setting when they are loaded, so this must run before torch and
    numpy are imported. Later it still has an effect on the processes that this one
    starts.
    """
    global _torch_was_first
    _torch_was_first = 'torch' in sys.modules
    for known, settings in _WAITING:
        if not any(name in os.environ for name in known):
            os.environ.update(settings)
    cores = available_cores()
    if cores < _usable_processors() and not _is_set(_NUMPY_THREADS):
        os.environ['OPENBLAS_NUM_THREADS'] = str(cores)


def limit_threads(processes: int = 1) -> None:
    """Let PyTorch and OpenCV use no more threads than there are cores for this process.

    They count the processors that this process may run on, but not the share of time
    that a container gives it. For PyTorch, the variables ``OMP_NUM_THREADS`` and
    ``MKL_NUM_THREADS`` win, and so does ``torch.set_num_threads`` of a program.

    Args:
        processes: Number of processes of a run on this machine. They share the cores,
            unless their launcher has bound this process to some of them.
    """
    import cv2
    import torch

    cores = available_cores()
    if _usable_processors() == os.cpu_count():
        cores = max(1, cores // processes)
    if cv2.getNumThreads() > cores:
        cv2.setNumThreads(cores)
    threads = torch.get_num_threads()
    # A program that imported torch before this package may have set the number.
    is_own_choice = _torch_was_first and threads != _usable_processors()
    if threads > cores and not is_own_choice and not _is_set(_TORCH_THREADS):
        torch.set_num_threads(cores)


def _is_set(names: tuple[str, ...]) -> bool:
    return any(os.environ.get(name) for name in names)


def threads_may_spin() -> bool:
    """Whether the user lets idle threads spin, by ``OMP_WAIT_POLICY=ACTIVE``.

    For libraries that do not read this variable themselves.
    """
    return os.environ.get('OMP_WAIT_POLICY', '').strip().upper() == 'ACTIVE'


def codec_threads() -> int:
    """Threads for decoding a video: 0 leaves the number to FFmpeg.

    FFmpeg counts processors too, so it is told where a quota gives fewer cores.
    """
    cores = available_cores()
    return cores if cores < _usable_processors() else 0


def available_cores(root: str | Path = '/') -> int:
    """Count the cores that this process may use.

    These are the cores that it may run on (its affinity), but not more than the share
    of processor time that a container or job gives it (the quota of its cgroups). A
    part of a core counts as one.

    Args:
        root: Folder that holds ``proc`` and what it refers to.
    """
    quotas = [math.ceil(quota) for quota in _cpu_quotas(Path(root))]
    return max(1, min([_usable_processors(), *quotas]))


def _usable_processors() -> int:
    affinity = getattr(os, 'sched_getaffinity', None)  # Linux only
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _cpu_quotas(root: Path) -> Iterator[float]:
    """Quotas in cores of the cgroup of this process and of all groups around it."""
    for line in _read(root / 'proc/self/cgroup').splitlines():
        _, controllers, group = line.split(':', 2)
        if controllers and 'cpu' not in controllers.split(','):
            continue
        for mount, group_there in _mounts(root, is_v2=not controllers):
            within = _relative(group, group_there)
            for folder in (within, *within.parents):
                quota = _quota(root / mount.lstrip('/') / folder)
                if quota is not None:
                    yield quota


def _mounts(root: Path, is_v2: bool) -> Iterator[tuple[str, str]]:
    """Folders where the groups of the processor are mounted, and the group there."""
    for line in _read(root / 'proc/self/mountinfo').splitlines():
        own, _, rest = line.partition(' - ')
        kind, _, options = rest.split(' ', 2)
        if kind == ('cgroup2' if is_v2 else 'cgroup') and (
            is_v2 or 'cpu' in options.split(',')
        ):
            group, folder = own.split()[3:5]
            yield folder, group


def _relative(group: str, mounted: str) -> PurePosixPath:
    """Path of a group below the one that is mounted.

    A container may see only its own group, under the name that the host gives it.
    """
    path = PurePosixPath(group)
    inside = path.is_relative_to(mounted)
    return path.relative_to(mounted) if inside else PurePosixPath()


def _quota(folder: Path) -> float | None:
    """Quota in cores of one group, of cgroup v2 or v1; None where it has none."""
    limit, period = (_read(folder / 'cpu.max').split() or ['', ''])[:2]
    if not limit:
        limit = _read(folder / 'cpu.cfs_quota_us').strip()
        period = _read(folder / 'cpu.cfs_period_us').strip()
    if not (limit.isdigit() and period.isdigit() and int(period)):
        return None  # no limit: 'max' in cgroup v2, -1 in v1, or no such file
    return int(limit) / int(period)


def _read(path: Path) -> str:
    """Text of a file of the system; empty where there is none."""
    try:
        return path.read_text()
    except OSError:
        return ''
