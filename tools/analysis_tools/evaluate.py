"""Score tracks against ground truth and print a table.

`evaluate.py results` scores MOTChallenge result files of any tracker;
`evaluate.py detections` runs a tracker on files of detections and scores its tracks.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from fairmot_mm.apis import build_tracker
from fairmot_mm.evaluation import (
    PROTOCOLS,
    SequenceTracks,
    evaluate_sequences,
    format_table,
    load_all_detections,
    track_sequence,
)
from fairmot_mm.utils import DataError, read_mot, write_mot
from fairmot_mm.utils.cli import add_tracker_arguments, make_parser, one_line_errors


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    commands = parser.add_subparsers(required=True, metavar='COMMAND')
    results = commands.add_parser('results', help='score result files')
    results.add_argument(
        'gt_root', type=Path, help='folder with SEQUENCE/gt/gt.txt for every sequence'
    )
    results.add_argument(
        'results',
        nargs='+',
        type=Path,
        help='folders with SEQUENCE.txt for every sequence; each gets a table',
    )
    results.set_defaults(run=score_results)
    detections = commands.add_parser(
        'detections', help='run a tracker on files of detections and score its tracks'
    )
    detections.add_argument(
        'detections', type=Path, help='file or folder made by cache_detections.py'
    )
    add_tracker_arguments(detections)
    detections.add_argument('--out', type=Path, help='folder for the result files')
    detections.set_defaults(run=score_detections)
    for command in (results, detections):
        command.add_argument(
            '--protocol',
            choices=list(PROTOCOLS),
            default='motchallenge',
            help='rules of the MOTChallenge server, or those behind the numbers '
            'published for FairMOT (%(default)s)',
        )
    return parser.parse_args()


def score_results(args: argparse.Namespace) -> Iterator[tuple[str, list]]:
    """Read the result files of every folder, and their ground truth.

    Yields:
        The name of a folder and its sequences.

    Raises:
        DataError: A folder has no result file, or a file is missing or malformed.
    """
    for folder in args.results:
        files = sorted(folder.glob('*.txt'))
        if not files:
            raise DataError(f'{folder} has no result file (SEQUENCE.txt) in it')
        truths = [read_mot(args.gt_root / f.stem / 'gt' / 'gt.txt') for f in files]
        yield (
            str(folder),
            [
                SequenceTracks(file.stem, truth, read_mot(file))
                for file, truth in zip(files, truths, strict=True)
            ],
        )


def score_detections(args: argparse.Namespace) -> Iterator[tuple[str, list]]:
    """Track the detections sequence by sequence, and write the tracks if asked to.

    Yields:
        The name of the detections and their sequences.
    """
    sequences = load_all_detections(args.detections)
    tracker = build_tracker(args.config, args.cfg_options)
    tracked = []
    for sequence in sequences:
        rows = track_sequence(tracker, sequence)
        if args.out:
            write_mot(args.out / f'{sequence.name}.txt', rows)
        tracked.append(
            SequenceTracks(sequence.name, sequence.gt, rows, sequence.num_frames)
        )
    yield str(args.detections), tracked


@one_line_errors()
def main() -> None:
    """Print the scores of each sequence and of all together."""
    args = parse_args()
    for name, sequences in args.run(args):
        print(f'{name}, protocol {args.protocol}, ratios in %')
        print(format_table(evaluate_sequences(sequences, args.protocol)))


if __name__ == '__main__':
    main()
