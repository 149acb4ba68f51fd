"""Starting the engine that a command line names."""

import argparse
import shlex
from typing import Any

from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.engines.engine import Engine
from fairmot_mm.utils.engines.local_engine import LocalEngine
from fairmot_mm.utils.engines.worker_spec import WorkerSpec
from fairmot_mm.utils.inference_arguments import inference_options
from fairmot_mm.utils.threads import available_cores


def start_engine(
    args: argparse.Namespace, folder: str | None, spec: WorkerSpec
) -> Engine:
    """Start the workers of a run.

    Args:
        args: A command line with the options of `add_engine_arguments`, checked by
            `check_engine_arguments`, and ``device``.
        folder: A local folder for the jobs of Slurm, where the user names none.
        spec: What a worker is built from.

    Returns:
        The engine.

    Raises:
        ConfigError: The engine is not installed or cannot be reached.
    """
    if args.engine == 'local':
        on_gpus, gpus = _find_gpus(args.device)
        cores = max(1, available_cores() // args.cpus_per_worker)
        workers = args.workers or gpus or (1 if on_gpus else cores)
        return LocalEngine(spec, workers, gpus)
    if args.engine == 'ray':
        from fairmot_mm.utils.engines.ray_engine import RayEngine

        return RayEngine(
            spec,
            args.workers,
            args.cpus_per_worker,
            0 if args.device == 'cpu' else args.gpus_per_worker,
            args.ray_address,
        )
    from fairmot_mm.utils.engines.slurm_engine import SlurmEngine

    folder = args.slurm_folder or folder
    if folder is None:
        raise ConfigError(
            '--engine slurm needs --slurm-folder, a folder that all nodes share: the '
            'results are in an object store'
        )
    options = [f'--cpus-per-task={args.cpus_per_worker}', *shlex.split(args.slurm_args)]
    return SlurmEngine(spec, args.workers, folder, options)


def worker_options(args: argparse.Namespace) -> dict[str, Any] | None:
    """Config keys for the workers: each uses only its own cores.

    Args:
        args: A command line with the options of `add_engine_arguments` and
            `add_inference_arguments`.

    Returns:
        Config keys to override.
    """
    options = inference_options(args) or {}
    return {'inference.num_threads': args.cpus_per_worker, **options}


def _find_gpus(device: str | None) -> tuple[bool, int]:
    """Whether workers of this machine run on GPUs, and how many they may share."""
    if device is not None:
        return device.startswith('cuda'), 0
    import torch

    return torch.cuda.is_available(), torch.cuda.device_count()
