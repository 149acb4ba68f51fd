"""Options of commands that run many jobs at the same time."""

import argparse

from fairmot_mm.utils.errors import ConfigError
from fairmot_mm.utils.option_types import (
    positive_number,
    positive_whole,
)

ENGINES = ('local', 'ray', 'slurm')
# Options that mean nothing to the other engines.
_OF_ONE = {
    'ray': ('gpus_per_worker', 'ray_address'),
    'slurm': ('slurm_args', 'slurm_folder'),
}


def add_engine_arguments(
    parser: argparse.ArgumentParser, default: str | None = 'local'
) -> None:
    """Add the options of what runs the jobs; `start_engine` reads them.

    `check_engine_arguments` checks them.

    Args:
        parser: Parser to add to.
        default: The engine that is taken by default; None: the command then works
            without an engine.
    """
    group = parser.add_argument_group(
        'engine', 'what runs the work; docs/how_to/track_an_archive.md explains it'
    )
    shown = default or 'one process, without an engine'
    group.add_argument(
        '--engine',
        choices=ENGINES,
        default=default,
        help='processes of this machine, a cluster of Ray, or an array job of Slurm '
        f'({shown})',
    )
    group.add_argument(
        '--workers',
        type=positive_whole,
        metavar='N',
        help='workers that run at the same time, each with a model of its own (one a '
        'GPU, or without GPUs as many as the cores allow; slurm: must be given)',
    )
    group.add_argument(
        '--cpus-per-worker',
        type=positive_whole,
        default=1,
        metavar='N',
        help='cores, and threads, of a worker (%(default)s)',
    )
    group.add_argument(
        '--gpus-per-worker',
        type=positive_number,
        metavar='N',
        help='ray: GPUs of a worker; 0.5 lets two share one (1 if the cluster has any)',
    )
    group.add_argument(
        '--ray-address',
        metavar='ADDRESS',
        help='ray: a running cluster, as in auto or ray://head:10001 (that of '
        'RAY_ADDRESS, or a new one on this machine)',
    )
    group.add_argument(
        '--slurm-args',
        default='',
        metavar='OPTIONS',
        help="slurm: options of sbatch, as in '--partition=gpu --gres=gpu:1'",
    )
    group.add_argument(
        '--slurm-folder',
        metavar='FOLDER',
        help='slurm: folder that all nodes share, for jobs (below the results)',
    )


def check_engine_arguments(args: argparse.Namespace) -> None:
    """Refuse options that would do nothing, and an engine that lacks one.

    Args:
        args: A command line with the options of `add_engine_arguments`.

    Raises:
        ConfigError: An option is for another engine, or slurm has no ``--workers``.
    """
    for engine, options in _OF_ONE.items():
        for option in options:
            if getattr(args, option) and args.engine != engine:
                shown = option.replace('_', '-')
                raise ConfigError(f'--{shown} is for --engine {engine}')
    if args.engine is None and args.workers:
        raise ConfigError('--workers needs --engine, as in --engine local')
    if args.engine == 'slurm' and args.workers is None:
        raise ConfigError('--engine slurm needs --workers, the number of array tasks')
