"""Score MOTChallenge result files against ground truth and print the table."""

import argparse
from pathlib import Path

from fairmot_mm.evaluation import (
    PROTOCOLS,
    SequenceTracks,
    evaluate_sequences,
    format_table,
)
from fairmot_mm.utils import DataError, UserInputError, read_mot


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'gt_root', type=Path, help='folder with SEQUENCE/gt/gt.txt for every sequence'
    )
    parser.add_argument(
        'results_dir', type=Path, help='folder with SEQUENCE.txt for every sequence'
    )
    parser.add_argument(
        '--protocol',
        choices=list(PROTOCOLS),
        default='motchallenge',
        help='rules of the MOTChallenge server, or those behind the numbers published '
        'for FairMOT (default: %(default)s)',
    )
    return parser.parse_args(argv)


def read_sequences(gt_root: Path, results_dir: Path) -> list[SequenceTracks]:
    """Read the result files of a folder and their ground truth.

    Raises:
        DataError: No result file, or a file missing or malformed.
    """
    files = sorted(results_dir.glob('*.txt'))
    if not files:
        raise DataError(f'{results_dir} has no result file (SEQUENCE.txt) in it')
    return [
        SequenceTracks(
            file.stem, read_mot(gt_root / file.stem / 'gt' / 'gt.txt'), read_mot(file)
        )
        for file in files
    ]


def main(argv: list[str] | None = None) -> None:
    """Print the scores of each sequence and of all together."""
    args = parse_args(argv)
    try:
        sequences = read_sequences(args.gt_root, args.results_dir)
        table = format_table(evaluate_sequences(sequences, args.protocol))
    except UserInputError as error:
        raise SystemExit(f'error: {error}') from error
    print(f'Protocol {args.protocol}, ratios in %')
    print(table)


if __name__ == '__main__':
    main()
