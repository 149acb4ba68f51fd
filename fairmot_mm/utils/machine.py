"""The machine that a measurement was taken on, and the memory of this process."""

import os
import platform
import re
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from fairmot_mm.utils.threads import available_cores

_PACKAGES = (
    'torch',
    'mmcv',
    'mmdet',
    'mmengine',
    'numpy',
    'opencv-python',
    'opencv-python-headless',
    'av',
    'onnxruntime',
    'onnxruntime-gpu',
)


def describe_machine(device: str = 'cpu') -> dict[str, Any]:
    """Describe processor, memory, accelerator and the versions of the software.

    Args:
        device: Device that the model runs on, as in ``cuda:0``.

    Returns:
        ``cpu``, ``cores`` (those that this process may use), ``threads`` (of PyTorch),
        ``memory_gb``, ``gpu`` (None on the CPU), ``os`` and ``versions``: those of
        Python, CUDA and the installed packages that matter for speed.
    """
    import torch

    on_gpu = torch.device(device).type == 'cuda'
    versions: dict[str, str] = {'python': platform.python_version()}
    installed = {one.metadata['Name']: one.version for one in distributions()}
    versions.update({name: installed[name] for name in _PACKAGES if name in installed})
    if on_gpu:
        versions['cuda'] = str(torch.version.cuda)
        versions['cudnn'] = str(torch.backends.cudnn.version())
    memory = os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES')
    return {
        'cpu': cpu_model(),
        'cores': available_cores(),
        'threads': torch.get_num_threads(),
        'memory_gb': round(memory / 1e9, 1),
        'gpu': torch.cuda.get_device_name(device) if on_gpu else None,
        'os': platform.platform(terse=True),
        'versions': versions,
    }


def machine_line(machine: dict[str, Any]) -> str:
    """Write the machine in a line of text.

    Args:
        machine: What `describe_machine` gives.
    """
    versions = machine['versions']
    parts = [
        machine['gpu'],
        machine['cpu'],
        f'{machine["cores"]} core(s), {machine["threads"]} thread(s)',
        f'PyTorch {versions["torch"]}',
    ]
    others = {'cuda': 'CUDA'} | {key: key for key in ('onnxruntime', 'onnxruntime-gpu')}
    parts += [f'{others[key]} {versions[key]}' for key in others if key in versions]
    return ', '.join(part for part in parts if part)


def cpu_model() -> str:
    """Read the name of the processor."""
    cpuinfo = Path('/proc/cpuinfo')
    text = cpuinfo.read_text() if cpuinfo.is_file() else ''
    model = re.search(r'^model name\s*: (.+)$', text, re.MULTILINE)
    return model[1] if model else platform.processor() or platform.machine()


def peak_memory() -> int:
    """Read the most resident memory that this process has had so far, in bytes."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, other systems units of 1024 bytes.
    return peak if platform.system() == 'Darwin' else peak * 1024


def peak_memory_of(device: str) -> dict[str, float | None]:
    """Read the peak memory of this process on the host and on a device.

    Args:
        device: Device that the model runs on, as in ``cuda:0``.

    Returns:
        ``host_mb``, and ``device_mb``: what PyTorch held on a GPU, None on a CPU.
    """
    import torch

    on_gpu = torch.device(device).type == 'cuda'
    held = torch.cuda.max_memory_allocated(device) / 1e6 if on_gpu else None
    return {'host_mb': peak_memory() / 1e6, 'device_mb': held}


def current_memory() -> int:
    """Read the resident memory of this process, in bytes (Linux only)."""
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGESIZE')


def unshared_memory() -> int:
    """Read the memory that this process shares with no other, in bytes (Linux only)."""
    lines = Path('/proc/self/smaps_rollup').read_text().splitlines()
    private = [line for line in lines if line.startswith('Private_')]
    return 1024 * sum(int(line.split()[1]) for line in private)
