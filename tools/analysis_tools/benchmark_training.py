"""Measure training: from a packed batch to updated weights, by network and option.

Images and people are noise: the time does not depend on them. Reading the data is
another matter, see benchmark_dataloader.py; and so are hooks, of which the loss guard
and the logger look at every loss.
"""

import argparse
import statistics
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from mmengine.config import DictAction
from mmengine.device import get_device
from rich.console import Console
from rich.progress import Progress

from fairmot_mm.benchmark import TrainingSession, in_own_process, parse_size
from fairmot_mm.benchmark.report import Grid, memory, number, publish, without_empty
from fairmot_mm.benchmark.training_session import read_options
from fairmot_mm.utils.cli import one_line_errors
from fairmot_mm.utils.machine import machine_line
from fairmot_mm.utils.marked_section import MarkedSection

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


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('configs', nargs='+', type=Path, help='config files')
    parser.add_argument(
        '--options',
        nargs='+',
        metavar='OPTION',
        help='what is measured for each, in turn, as in float32 float16+fused '
        '(default: what suits the device)',
    )
    parser.add_argument('--device', help='as in cuda:0; the accelerator there is')
    parser.add_argument(
        '--batch-size', type=int, default=4, help='images (%(default)s)'
    )
    parser.add_argument('--input-size', type=parse_size, default=(1088, 608))
    parser.add_argument('--steps', type=int, default=4, help='timed (%(default)s)')
    parser.add_argument('--warmup', type=int, default=1, help='not timed (%(default)s)')
    parser.add_argument('--json', type=Path, help='file for the numbers')
    parser.add_argument(
        '--write',
        metavar='FILE#NAME',
        help='put the table between <!-- NAME --> and <!-- end of NAME --> of FILE',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='override keys of the configs',
    )
    args = parser.parse_args(argv)
    if min(args.steps, args.warmup, args.batch_size) < 1:
        parser.error('--steps, --warmup and --batch-size must be 1 or more')
    return args


def measure(
    args: argparse.Namespace, config: Path, options: list[str], device: str
) -> dict[str, dict[str, Any]]:
    """Steps of a network with each option, one step of each at a time."""
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
                    args.input_size,
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


def make_grid(found: dict[str, dict[str, dict[str, Any]]]) -> Grid:
    """A row for each network and option."""
    rows = []
    for name, by_option in found.items():
        first = next(iter(by_option.values()))['samples']
        rows += [
            (
                f'`{name}`',
                option,
                number(one['samples']),
                f'{one["samples"] / first:.2f}',
                *memory(one),
            )
            for option, one in by_option.items()
        ]
    headers = ('network', 'option', 'samples/s', 'x the first', 'host MB', 'GPU MB')
    return without_empty(Grid('training step', headers, rows))


def main(argv: list[str] | None = None) -> None:
    """Run the tool."""
    args = parse_args(argv)
    device = args.device or get_device()
    options = args.options or list(ON_CPU if device == 'cpu' else ON_GPU)
    found: dict[str, dict[str, dict[str, Any]]] = {}
    with one_line_errors():
        section = MarkedSection.parse(args.write) if args.write else None
        for option in options:
            read_options(option, device)
        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task('', total=len(args.configs))
            for config in args.configs:
                bar.update(task, description=config.stem)
                name = config.stem.removeprefix('fairmot_')
                found[name] = measure(args, config, options, device)
                bar.advance(task)
        grid = make_grid(found)
        one = next(iter(next(iter(found.values())).values()))
        about = (
            f'{args.batch_size} images of {args.input_size[0]}x{args.input_size[1]}, '
            f'median of {args.steps} steps after {args.warmup}; {device}: '
            f'{machine_line(one["machine"])}.'
        )
        publish([grid], about, found, args.json, section)


if __name__ == '__main__':
    main()
