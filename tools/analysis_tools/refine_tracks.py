"""Refine finished tracks: fill their gaps, and smooth them if asked to.

The tool reads MOTChallenge result files and writes new ones with the same names.
`evaluate.py results GT_ROOT BEFORE AFTER` compares their scores.
"""

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import track

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


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
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
    return parser.parse_args()


def find_results(args: argparse.Namespace) -> list[Path]:
    """Find the result files to refine.

    Raises:
        DataError: There is no result file.
        ConfigError: The result files would be replaced.
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
    """Fill the gaps of the tracks, and smooth them if the method says so."""
    rows = interpolate_tracks(rows, args.max_gap)
    if args.method == 'gaussian':
        rows = smooth_tracks(rows, args.tau, args.noise)
    return rows


def run(args: argparse.Namespace) -> None:
    """Read everything, then refine and write every file."""
    files = find_results(args)
    before = {file.stem: read_mot(file) for file in files}
    require_writable_dir(args.out)
    for file in track(files, 'refining', console=Console(stderr=True)):
        rows = before[file.stem]
        try:
            refined = refine(rows, args)
        except DataError as error:
            raise DataError(f'{file}: {error}') from error
        write_mot(args.out / file.name, refined)
        print(f'{file.stem}: {len(refined) - len(rows)} boxes added to {len(rows)}')


@one_line_errors()
def main() -> None:
    """Run the tool."""
    run(parse_args())


if __name__ == '__main__':
    main()
