"""Joining the processes of a distributed run."""

import atexit
import os
import signal
import subprocess
from datetime import timedelta

import torch.distributed as torch_dist
from mmengine.config import Config
from mmengine.device import get_device

from fairmot_mm.utils.errors import ConfigError
from fairmot_mm.utils.threads import limit_threads

# Variables with rank, number of processes and rank on the machine; what sets them.
_LAUNCHERS = {
    'pytorch': (
        ('RANK', 'WORLD_SIZE', 'LOCAL_RANK'),
        'tools/dist_train.sh or tools/dist_test.sh',
    ),
    'slurm': (
        ('SLURM_PROCID', 'SLURM_NTASKS', 'SLURM_LOCALID'),
        'tools/slurm_train.sh or tools/slurm_test.sh',
    ),
    'mpi': (
        tuple(f'OMPI_COMM_WORLD_{name}' for name in ('RANK', 'SIZE', 'LOCAL_RANK')),
        'mpirun',
    ),
}
# Variable with the number of processes on the machine; Slurm sets it on demand.
_LOCAL_SIZE = {
    'pytorch': 'LOCAL_WORLD_SIZE',
    'slurm': 'SLURM_NTASKS_PER_NODE',
    'mpi': 'OMPI_COMM_WORLD_LOCAL_SIZE',
}


def join_processes(cfg: Config) -> None:
    """Prepare the processes of a distributed run, before the Runner is built.

    On GPUs mmengine's Runner joins them. Without GPUs it cannot, because it always asks
    CUDA for a device: the processes then join here, by gloo, and the model is wrapped
    for the CPU.

    Args:
        cfg: Config of the run, with ``launcher``; changed in place.

    Raises:
        ConfigError: The launcher did not start this process, or the config has an
            option that needs GPUs where there are none.
    """
    if cfg.launcher == 'none':
        if 'TORCHELASTIC_RUN_ID' in os.environ:
            raise ConfigError('torchrun started this process: add --launcher pytorch')
        return
    variables, starter = _LAUNCHERS[cfg.launcher]
    missing = [name for name in variables if name not in os.environ]
    if missing:
        raise ConfigError(
            f'--launcher {cfg.launcher}, but {", ".join(missing)} is not set: start '
            f'the processes with {starter}'
        )
    if cfg.launcher == 'slurm':
        _prepare_slurm()
    if get_device() == 'cpu':
        _join_on_cpu(cfg, variables)


def _prepare_slurm() -> None:
    if 'SLURM_JOB_ID' in os.environ:
        # Two jobs that share a machine must not use the same port.
        port = 20000 + int(os.environ['SLURM_JOB_ID']) % 20000
        os.environ.setdefault('MASTER_PORT', str(port))
    # srun ends with the largest status. When one process fails (1), it ends the others
    # by SIGTERM; their 143 would make the failure look like a stop that can be resumed.
    # In training StopOnSignalHook listens instead.
    signal.signal(signal.SIGTERM, _end_with_failure)
    # A process that is already ending keeps its status: it ignores SIGTERM then.
    atexit.register(signal.signal, signal.SIGTERM, signal.SIG_IGN)


def _end_with_failure(number: int, frame: object) -> None:
    raise SystemExit(1)


def _join_on_cpu(cfg: Config, variables: tuple[str, ...]) -> None:
    if cfg.get('sync_bn'):
        raise ConfigError(
            f'sync_bn={cfg.sync_bn!r} needs GPUs, and this machine has none: set '
            'sync_bn=None'
        )
    limit_threads(int(os.environ.get(_LOCAL_SIZE[cfg.launcher], 1)))
    rank, world_size, local_rank = (os.environ[name] for name in variables)
    os.environ.update(RANK=rank, WORLD_SIZE=world_size, LOCAL_RANK=local_rank)
    if cfg.launcher == 'slurm' and 'MASTER_ADDR' not in os.environ:
        os.environ['MASTER_ADDR'] = _first_host(os.environ['SLURM_NODELIST'])
    os.environ.setdefault('MASTER_PORT', '29500')
    if 'MASTER_ADDR' not in os.environ:
        raise ConfigError('MASTER_ADDR is not set: name the machine of rank 0 in it')
    if not torch_dist.is_initialized():
        timeout = cfg.get('env_cfg', {}).get('dist_cfg', {}).get('timeout', 1800)
        torch_dist.init_process_group('gloo', timeout=timedelta(seconds=timeout))
    wrapper = cfg.get('model_wrapper_cfg') or {
        'type': 'MMDistributedDataParallel',
        'broadcast_buffers': False,
        'find_unused_parameters': cfg.get('find_unused_parameters', False),
    }
    cfg.model_wrapper_cfg = {**wrapper, 'device_ids': None}


def _first_host(node_list: str) -> str:
    """Name of the first machine of a list in Slurm's short form."""
    try:
        hosts = subprocess.run(
            ['scontrol', 'show', 'hostnames', node_list],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
    except (OSError, subprocess.CalledProcessError) as error:
        raise ConfigError(
            f'scontrol cannot name the machines of {node_list!r}: name that of rank 0 '
            'in MASTER_ADDR'
        ) from error
    return hosts[0]
