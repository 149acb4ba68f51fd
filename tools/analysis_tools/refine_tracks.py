"""Refine finished tracks: fill their gaps, and smooth them if asked to.

Reads MOTChallenge result files and writes new ones of the same name. With ground truth
it prints the scores before and after.
"""

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import track

from fairmot_mm.evaluation import (
    PROTOCOLS,
    SequenceTracks,
    evaluate_sequences,
    format_table,
)
from fairmot_mm.postprocessing import interpolate_tracks, smooth_tracks
from fairmot_mm.utils import (
    ConfigError,
    DataError,
    MOTRows,
    read_mot,
    require_writable_dir,
    write_mot,
)
from fairmot_mm.utils.cli import one_line_errors


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument(
        'results', type=Path, help='result file, or folder of them (SEQUENCE.txt)'
    )
    parser.add_argument(
        '--out', type=Path, required=True, help='folder to write the new files to'
    )
    parser.add_argument(
        '--method',
        choices=['linear', 'gaussian'],
        default='linear',
        help='fill gaps along straight lines, or also smooth every track by Gaussian '
        'process regression (default: %(default)s)',
    )
    parser.add_argument(
        '--max-gap',
        type=int,
        default=20,
        help='most frames missing in a row that are filled in (default: %(default)s)',
    )
    parser.add_argument(
        '--tau',
        type=float,
        default=10,
        help='strength of the smoothing; take less for fast people or a low frame rate '
        '(default: %(default)s)',
    )
    parser.add_argument(
        '--noise',
        type=float,
        default=1e-4,
        help='variance of boxes, as a share of that of the motion (%(default)s)',
    )
    parser.add_argument(
        '--gt-root',
        type=Path,
        help='folder with SEQUENCE/gt/gt.txt: print the scores before and after',
    )
    parser.add_argument(
        '--protocol',
        choices=list(PROTOCOLS),
        default='motchallenge',
        help='rules of the scores (default: %(default)s)',
    )
    return parser.parse_args(argv)


def find_results(args: argparse.Namespace) -> list[Path]:
    """The result files to refine.

    Raises:
        DataError: There is none.
        ConfigError: They would be replaced.
    """
    is_file = args.results.is_file()
    files = [args.results] if is_file else sorted(args.results.glob('*.txt'))
    if not files:
        raise DataError(f'{args.results} is no result file and has none in it')
    if files[0].parent.resolve() == args.out.resolve():
        raise ConfigError(
            f'--out {args.out} holds the results themselves: take another'
        )
    return files


def refine(rows: MOTRows, args: argparse.Namespace) -> MOTRows:
    """The rows with gaps filled, and smoothed with that method."""
    rows = interpolate_tracks(rows, args.max_gap)
    if args.method == 'gaussian':
        rows = smooth_tracks(rows, args.tau, args.noise)
    return rows


def print_scores(
    title: str, rows: dict[str, MOTRows], gt: dict[str, MOTRows], protocol: str
) -> None:
    """Print the table of some results."""
    sequences = [SequenceTracks(name, gt[name], rows[name]) for name in rows]
    print(f'\n{title}, protocol {protocol}, ratios in %')
    print(format_table(evaluate_sequences(sequences, protocol)))


def run(args: argparse.Namespace) -> None:
    """Read everything, then write everything, then score."""
    files = find_results(args)
    before = {file.stem: read_mot(file) for file in files}
    gt = {
        name: read_mot(args.gt_root / name / 'gt' / 'gt.txt')
        for name in (before if args.gt_root else ())
    }
    require_writable_dir(args.out)
    after = {}
    for file in track(files, 'refining', console=Console(stderr=True)):
        try:
            after[file.stem] = refine(before[file.stem], args)
        except DataError as error:
            raise DataError(f'{file}: {error}') from error
        write_mot(args.out / file.name, after[file.stem])
    for name, rows in after.items():
        added = len(rows) - len(before[name])
        print(f'{name}: {added} boxes added to {len(before[name])}')
    if gt:
        print_scores('Before', before, gt, args.protocol)
        print_scores('After', after, gt, args.protocol)


def main(argv: list[str] | None = None) -> None:
    """Run the tool."""
    args = parse_args(argv)
    with one_line_errors():
        run(args)


if __name__ == '__main__':
    main()
