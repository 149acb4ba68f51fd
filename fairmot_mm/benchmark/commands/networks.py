"""Measure the seconds a frame of every network, from a video to its MOT file.

The weights are random, see the sub-command track, and the same for all variants, whose
tracks are compared. --out-dir keeps the ONNX files: exporting takes longer than
measuring.
"""

import argparse
from pathlib import Path
from typing import Any

from fairmot_mm.benchmark.command import (
    add_length_arguments,
    add_video_arguments,
    describe_run,
)
from fairmot_mm.benchmark.commands.track import compare, measure
from fairmot_mm.benchmark.report import Report
from fairmot_mm.benchmark.workload import prepare_workload
from fairmot_mm.checkpoint.model_zoo import project_root
from fairmot_mm.utils import ConfigError, UserInputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    parser.add_argument(
        'configs', nargs='*', type=Path, help='config files (default: all our networks)'
    )
    add_video_arguments(parser, (1088, 608), 'cpu')
    parser.add_argument(
        '--variants',
        nargs='+',
        default=['pytorch', 'onnxruntime'],
        help='see the sub-command track, --compare (pytorch onnxruntime)',
    )
    add_length_arguments(parser, frames=3, warmup=1, rounds=1)


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report; a network that fails is named in the end.

    Raises:
        ConfigError: A network could not be measured.
    """
    folder = project_root() / 'configs' / '_base_' / 'models'
    found: dict[str, dict[str, dict[str, Any]]] = {}
    failed: list[str] = []
    for config in args.configs or sorted(folder.glob('fairmot_*.py')):
        name = config.stem.removeprefix('fairmot_')
        try:
            with prepare_workload(args, config) as workload:
                found[name] = measure(workload, args.variants, args)
        except UserInputError as error:  # the others are still measured
            failed.append(f'{config.stem}: {error}')
    if found:
        rows = [
            {'network': f'`{name}`', **row}
            for name, variants in found.items()
            for row in compare(variants)
        ]
        one = next(iter(next(iter(found.values())).values()))
        report.publish([rows], describe_run(args, one, 'random weights'), found)
    if failed:
        raise ConfigError('not measured: ' + '\n'.join(failed))
