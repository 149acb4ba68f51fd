"""Measure the seconds a frame of every network, from a video to its MOT file.

The weights are random, see the sub-command track, and the same for all variants, whose
tracks are compared. --out-dir keeps the ONNX files: exporting takes longer than
measuring.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fairmot_mm.benchmark.command import (
    add_length_arguments,
    add_video_arguments,
    describe_run,
)
from fairmot_mm.benchmark.commands.track import measure
from fairmot_mm.benchmark.report import Report, format_tracks
from fairmot_mm.benchmark.workload import prepare_workload
from fairmot_mm.checkpoint.model_zoo import project_root
from fairmot_mm.utils import ConfigError, UserInputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    parser.add_argument(
        'configs', nargs='*', type=Path, help='config files (default: all our networks)'
    )
    add_video_arguments(parser, size=(1088, 608))
    parser.add_argument(
        '--variants',
        nargs='+',
        default=['pytorch', 'onnxruntime'],
        help='see the sub-command track, --compare (pytorch onnxruntime)',
    )
    add_length_arguments(parser, frames=3, warmup=1, rounds=1)
    parser.add_argument('--device', default='cpu', help='as in cuda:0 (%(default)s)')


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
            with prepare_workload(args, config, device=args.device) as workload:
                found[name] = measure(workload, args.variants, args)
        except UserInputError as error:  # the others are measured all the same
            failed.append(f'{config.stem}: {error}')
    if found:
        rows = [_make_row(name, each, args.variants) for name, each in found.items()]
        one = next(iter(next(iter(found.values())).values()))
        report.publish([rows], describe_run(args, one, 'random weights'), found)
    if failed:
        raise ConfigError('not measured: ' + '\n'.join(failed))


def _make_row(
    network: str, found: dict[str, dict[str, Any]], variants: list[str]
) -> dict[str, Any]:
    """Make the row of a network; a variant that does not suit it has empty cells."""
    cells: dict[str, Callable[[dict[str, Any]], Any]] = {
        's a frame': lambda one: 1 / one['fps'],
        'host MB': lambda one: one['memory']['host_mb'],
        'GPU MB': lambda one: one['memory']['device_mb'],
        'tracks': lambda one: format_tracks(one['tracks']),
    }
    row: dict[str, Any] = {'network': f'`{network}`'}
    for title, cell in cells.items():
        for variant in variants[title == 'tracks' :]:
            one = found.get(variant)
            row[f'{variant}, {title}'] = one and cell(one)
    return row
