"""Measure the seconds a frame of every network, from a video to its MOT file.

The weights are random, see the sub-command track, and the same for all variants, whose
tracks are compared. --out-dir keeps the ONNX files: exporting takes longer than
measuring.
"""

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from fairmot_mm.benchmark.command import (
    add_length_arguments,
    add_video_arguments,
    describe_run,
    subject_of,
)
from fairmot_mm.benchmark.measure import compare_tracks, measure_in_turn
from fairmot_mm.benchmark.report import (
    Grid,
    Report,
    format_memory,
    format_tracks,
)
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
    configs = args.configs or sorted(folder.glob('fairmot_*.py'))
    found: dict[str, dict[str, Any]] = {}
    failed: list[str] = []
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task('', total=len(configs))
        for config in configs:
            bar.update(task, description=config.stem)
            try:
                found[config.stem.removeprefix('fairmot_')] = _measure(args, config)
            except UserInputError as error:  # the others are measured all the same
                failed.append(f'{config.stem}: {error}')
            bar.advance(task)
    if found:
        rows = [_make_row(name, each, args.variants) for name, each in found.items()]
        one = next(iter(next(iter(found.values())).values()))
        grid = Grid.of_numbers('networks', rows).without_empty()
        report.publish([grid], describe_run(args, one, 'random weights'), found)
    if failed:
        raise ConfigError('not measured: ' + '\n'.join(failed))


def _measure(args: argparse.Namespace, config: Path) -> dict[str, dict[str, Any]]:
    """Measure the variants of a network in turn."""
    with subject_of(
        args,
        config,
        settings={'device': args.device},
    ) as subject:
        jobs = subject.jobs(args.variants)
        found = measure_in_turn(jobs, args.frames, args.warmup, args.rounds)
        first = next(iter(found.values()))
        for one in found.values():
            one['tracks'] = compare_tracks(first['mot_file'], one['mot_file'])
    return found


def _make_row(
    name: str, found: dict[str, dict[str, Any]], variants: list[str]
) -> dict[str, Any]:
    """Make the row of a network; a variant that does not suit it has empty cells."""
    row: dict[str, Any] = {'network': f'`{name}`'}
    having = {variant: found[variant] for variant in variants if variant in found}
    for title, value in (
        ('s a frame', lambda one: 1 / one['fps']),
        ('host MB', lambda one: format_memory(one['memory']['host_mb'])),
        ('GPU MB', lambda one: format_memory(one['memory']['device_mb'])),
        ('tracks', lambda one: format_tracks(one['tracks'])),
    ):
        for variant in variants[title == 'tracks' :]:
            measured = having.get(variant)
            row[f'{variant}, {title}'] = value(measured) if measured else None
    return row
