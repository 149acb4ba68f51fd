"""Seconds a frame of every network, from a video to its MOT file, by backend.

The weights are random, see benchmark.py, and the same for both backends, whose tracks
are compared. --folder keeps the ONNX files: exporting takes longer than measuring.
"""

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from fairmot_mm.apis import load_config
from fairmot_mm.benchmark import (
    measure_side_by_side,
    parse_size,
    prepare_subject,
    variants_for,
)
from fairmot_mm.benchmark.measure import compare_tracks
from fairmot_mm.benchmark.report import Grid, number, publish, sameness, without_empty
from fairmot_mm.utils import ConfigError, UserInputError
from fairmot_mm.utils.cli import one_line_errors
from fairmot_mm.utils.machine import machine_line
from fairmot_mm.utils.marked_section import MarkedSection

NETWORKS = Path(__file__).parents[2] / 'configs' / '_base_' / 'models'


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        'configs', nargs='*', type=Path, help='configs (default: all our networks)'
    )
    parser.add_argument('--input', required=True, help='video or folder of images')
    parser.add_argument(
        '--variants',
        nargs='+',
        default=['pytorch', 'onnxruntime'],
        help='see benchmark.py --compare (%(default)s)',
    )
    parser.add_argument('--input-size', type=parse_size, default=(1088, 608))
    parser.add_argument('--frames', type=int, default=3, help='of a run (%(default)s)')
    parser.add_argument('--warmup', type=int, default=1, help='not timed (%(default)s)')
    parser.add_argument('--rounds', type=int, default=1, help='runs (%(default)s)')
    parser.add_argument('--device', default='cpu', help='as in cuda:0 (%(default)s)')
    parser.add_argument('--folder', help='keep ONNX files here; those found are used')
    parser.add_argument('--json', type=Path, help='file for the numbers')
    parser.add_argument(
        '--write',
        metavar='FILE#NAME',
        help='put the table between <!-- NAME --> and <!-- end of NAME --> of FILE',
    )
    return parser.parse_args(argv)


def measure(args: argparse.Namespace, config: Path) -> dict[str, dict[str, Any]]:
    """Measure the variants of a network side by side."""
    with prepare_subject(
        config,
        None,
        args.input,
        input_size=args.input_size,
        folder=args.folder,
        name=config.stem,
        settings={'device': args.device},
    ) as subject:
        variants = variants_for(args.variants, load_config(subject.config))
        jobs = {variant.name: subject.job(variant) for variant in variants}
        found = measure_side_by_side(jobs, args.frames, args.warmup, args.rounds)
        first = next(iter(found.values()))
        for one in found.values():
            one['tracks'] = compare_tracks(first['mot_file'], one['mot_file'])
    return found


def make_grid(found: dict[str, dict[str, Any]], variants: list[str]) -> Grid:
    """A row for each network."""
    rows = []
    for name, by_variant in found.items():
        have = [by_variant.get(variant) for variant in variants]
        rows.append(
            [f'`{name}`']
            + [number(1 / one['fps']) if one else '' for one in have]
            + [f'{one["memory"]["host_mb"]:.0f}' if one else '' for one in have]
            + [
                f'{one["memory"]["device_mb"] or 0:.0f}'
                if one and one['memory']['device_mb']
                else ''
                for one in have
            ]
            + [sameness(one['tracks']) if one else '' for one in have[1:]]
        )
    headers = [
        'network',
        *(f'{name}, s a frame' for name in variants),
        *(f'{name}, host MB' for name in variants),
        *(f'{name}, GPU MB' for name in variants),
        *(f'{name}, tracks' for name in variants[1:]),
    ]
    return without_empty(Grid('networks', headers, rows))


def main(argv: list[str] | None = None) -> None:
    """Run the tool."""
    args = parse_args(argv)
    configs = args.configs or sorted(NETWORKS.glob('fairmot_*.py'))
    found: dict[str, dict[str, Any]] = {}
    failed: list[str] = []
    with one_line_errors():
        section = MarkedSection.parse(args.write) if args.write else None
        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task('', total=len(configs))
            for config in configs:
                bar.update(task, description=config.stem)
                try:
                    found[config.stem.removeprefix('fairmot_')] = measure(args, config)
                except UserInputError as error:  # the others are worth having
                    failed.append(f'{config.stem}: {error}')
                bar.advance(task)
        if not found:
            raise ConfigError('\n'.join(failed))
        grid = make_grid(found, args.variants)
        one = next(iter(next(iter(found.values())).values()))
        about = (
            f'{Path(args.input).name}, network input {args.input_size[0]}x'
            f'{args.input_size[1]}, {args.rounds} run(s) of {one["frames"]} frames '
            f'after {args.warmup}; random weights; {one["device"]}: '
            f'{machine_line(one["machine"])}.'
        )
        publish([grid], about, found, args.json, section)
        if failed:
            raise ConfigError('not measured: ' + '\n'.join(failed))


if __name__ == '__main__':
    main()
