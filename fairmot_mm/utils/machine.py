"""What a measurement was taken on."""

import os
import platform
import re
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

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
    """Processor, memory and accelerator, and the versions of what runs on them.

    Args:
        device: What the model runs on, as in ``cuda:0``.

    Returns:
        ``cpu``, ``cores`` (those this process may use), ``threads`` (of PyTorch),
        ``memory_gb``, ``gpu`` (None on the CPU), ``os`` and ``versions``: of Python,
        CUDA and the packages that are installed.
    """
    import torch

    on_gpu = torch.device(device).type == 'cuda'
    versions: dict[str, str] = {'python': platform.python_version()}
    installed = {one.metadata['Name']: one.version for one in distributions()}
    versions.update({name: installed[name] for name in _PACKAGES if name in installed})
    if on_gpu:
        versions['cuda'] = str(torch.version.cuda)
        versions['cudnn'] = str(torch.backends.cudnn.version())
    return {
        'cpu': cpu_model(),
        'cores': _num_cores(),
        'threads': torch.get_num_threads(),
        'memory_gb': _memory_gb(),
        'gpu': torch.cuda.get_device_name(device) if on_gpu else None,
        'os': platform.platform(terse=True),
        'versions': versions,
    }


def machine_line(machine: dict[str, Any]) -> str:
    """A machine of `describe_machine` in a line of text."""
    versions = machine['versions']
    parts = [
        machine['gpu'],
        machine['cpu'],
        f'{machine["cores"]} core(s), {machine["threads"]} thread(s)',
        f'PyTorch {versions["torch"]}',
    ]
    parts += [
        f'{name} {versions[key]}'
        for name, key in (
            ('CUDA', 'cuda'),
            ('onnxruntime', 'onnxruntime'),
            ('onnxruntime-gpu', 'onnxruntime-gpu'),
        )
        if key in versions
    ]
    return ', '.join(part for part in parts if part)


def cpu_model() -> str:
    """Name of the processor."""
    cpuinfo = Path('/proc/cpuinfo')
    text = cpuinfo.read_text() if cpuinfo.is_file() else ''
    model = re.search(r'^model name\s*: (.+)$', text, re.MULTILINE)
    return model[1] if model else platform.processor() or platform.machine()


def peak_rss_mb() -> float:
    """Most resident memory that this process has had, in MB."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Bytes on macOS, 1024 of them elsewhere.
    return peak / 1e6 if platform.system() == 'Darwin' else peak * 1024 / 1e6


def _num_cores() -> int:
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_gb() -> float:
    return round(os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9, 1)
