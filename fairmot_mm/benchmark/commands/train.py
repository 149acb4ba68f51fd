"""Measure training: from a packed batch to updated weights, by network and option.

Every option runs in a process of its own, one step of each in turn. Images and people
are noise: the time does not depend on them. Reading the data is measured by
benchmark_data.py. Hooks are left out, except for the loss guard where it is an option.
"""

import argparse
import statistics
from functools import partial
from pathlib import Path
from typing import Any

from mmengine.device import get_device

from fairmot_mm.benchmark.measure import measure_in_turn
from fairmot_mm.benchmark.report import Report
from fairmot_mm.benchmark.training_benchmark import (
    OPTIONS,
    TrainingBenchmark,
    read_options,
)
from fairmot_mm.utils.cli import (
    add_cfg_options_argument,
    add_input_size_argument,
    add_number_arguments,
)
from fairmot_mm.utils.machine import describe_machine, machine_line

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
    options = args.compare or (ON_CPU if device == 'cpu' else ON_GPU)
    for option in options:
        read_options(option, device)
    found: dict[str, dict[str, dict[str, Any]]] = {}
    rows: list[dict[str, Any]] = []
    for config in args.configs:
        name = config.stem.removeprefix('fairmot_')
        variants = {
            option: partial(
                TrainingBenchmark,
                str(config),
                option,
                device,
                args.batch_size,
                tuple(args.input_size),
                args.cfg_options,
            )
            for option in options
        }
        found[name] = measure_in_turn(variants, 1, args.warmup, args.steps)
        for option, one in found[name].items():
            one['samples'] = args.batch_size / statistics.median(one['seconds'])
            ratio = one['samples'] / found[name][options[0]]['samples']
            rows.append(
                {
                    'network': f'`{name}`',
                    'option': option,
                    'samples/s': one['samples'],
                    'x the first': f'{ratio:.2f}',
                    'host MB': one['memory']['host_mb'],
                    'GPU MB': one['memory']['device_mb'],
                }
            )
    width, height = args.input_size
    about = (
        f'{args.batch_size} images of {width}x{height}, median of {args.steps} steps '
        f'after {args.warmup}; {device}: {machine_line(describe_machine(device))}.'
    )
    report.publish([rows], about, found)
