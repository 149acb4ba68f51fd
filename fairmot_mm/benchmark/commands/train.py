"""Measure training: from a packed batch to updated weights, by network and option.

Every option runs in a process of its own, one step of each in turn. Images and people
are noise: the time does not depend on them. Reading the data is measured by
benchmark_data.py. Hooks are left out, except for the loss guard where it is an option.
"""

import argparse
import statistics
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from mmengine.device import get_device
from rich.console import Console
from rich.progress import Progress

from fairmot_mm.benchmark.command import add_number_arguments
from fairmot_mm.benchmark.process import in_own_process
from fairmot_mm.benchmark.report import (
    Grid,
    Report,
    format_memory,
)
from fairmot_mm.benchmark.training_session import (
    OPTIONS,
    TrainingSession,
    read_options,
)
from fairmot_mm.utils.cli import add_cfg_options_argument, add_input_size_argument
from fairmot_mm.utils.machine import machine_line

ON_CPU = ('float32', 'channels-last', 'fused', 'bfloat16', 'channels-last+fused')
ON_GPU = (
    'float32',
    'channels-last',
    'fused',
    'bfloat16',
    'float16',
    'float16+channels-last+fused',
    'float16+channels-last+fused+compile',
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    parser.add_argument('configs', nargs='+', type=Path, help='config files')
    parser.add_argument(
        '--compare',
        nargs='+',
        metavar='OPTION',
        help=f'measure these in turn: {", ".join(OPTIONS)}, or several joined by +, as '
        'in float32 float16+fused (default: those that suit the device)',
    )
    parser.add_argument('--device', help='as in cuda:0 (default: the accelerator)')
    add_input_size_argument(parser, (1088, 608))
    add_number_arguments(
        parser,
        batch_size=(4, 'images in a batch'),
        steps=(4, 'number of timed steps'),
        warmup=(1, 'number of steps before, which are not timed'),
    )
    add_cfg_options_argument(parser)


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report."""
    device = args.device or get_device()
    options = args.compare or list(ON_CPU if device == 'cpu' else ON_GPU)
    for option in options:
        read_options(option, device)
    found: dict[str, dict[str, dict[str, Any]]] = {}
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task('', total=len(args.configs))
        for config in args.configs:
            bar.update(task, description=config.stem)
            name = config.stem.removeprefix('fairmot_')
            found[name] = _measure(args, config, options, device)
            bar.advance(task)
    rows = [
        {
            'network': f'`{name}`',
            'option': option,
            'samples/s': one['samples'],
            'x the first': f'{one["samples"] / by_option[options[0]]["samples"]:.2f}',
            'host MB': format_memory(one['memory']['host_mb']),
            'GPU MB': format_memory(one['memory']['device_mb']),
        }
        for name, by_option in found.items()
        for option, one in by_option.items()
    ]
    machine = machine_line(next(iter(found.values()))[options[0]]['machine'])
    width, height = args.input_size
    about = (
        f'{args.batch_size} images of {width}x{height}, median of {args.steps} steps '
        f'after {args.warmup}; {device}: {machine}.'
    )
    report.publish(
        [Grid.of_numbers('training step', rows).without_empty()], about, found
    )


def _measure(
    args: argparse.Namespace, config: Path, options: list[str], device: str
) -> dict[str, dict[str, Any]]:
    """Measure the steps of a network with each option, one step of each in turn."""
    with ExitStack() as stack:
        sessions, found = {}, {}
        for option in options:
            session = sessions[option] = stack.enter_context(
                in_own_process(
                    TrainingSession,
                    str(config),
                    option,
                    device,
                    args.batch_size,
                    tuple(args.input_size),
                    args.cfg_options,
                )
            )
            found[option] = {'warmup': session.run(args.warmup), 'seconds': []}
        for _ in range(args.steps):
            for option, session in sessions.items():
                found[option]['seconds'] += session.run(1)
        for option, session in sessions.items():
            step = statistics.median(found[option]['seconds'])
            found[option].update(session.describe(), samples=args.batch_size / step)
    return found
