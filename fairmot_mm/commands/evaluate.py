"""Score tracks against ground truth and print a table.

`evaluate.py results` scores MOTChallenge result files of any tracker;
`evaluate.py detections` runs a tracker on files of detections and scores its tracks.
"""

import argparse
from pathlib import Path

<<<<<<< fairmot_mm/commands/evaluate.py
from fairmot_mm.actions.evaluate import evaluate
from fairmot_mm.evaluation import PROTOCOLS
=======
from fairmot_mm.apis import build_tracker
from fairmot_mm.evaluation import (
    PROTOCOLS,
    evaluate_sequences,
    format_table,
    load_all_detections,
    read_result_folder,
    read_seqmap,
    read_truths,
    track_sequence,
)
from fairmot_mm.utils import write_mot
>>>>>>> /tmp/fr_mine.py
from fairmot_mm.utils.cli import add_tracker_arguments, make_parser, one_line_errors


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    commands = parser.add_subparsers(dest='kind', required=True, metavar='COMMAND')
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
<<<<<<< fairmot_mm/commands/evaluate.py
=======
    names = results.add_mutually_exclusive_group()
    names.add_argument(
        '--sequences',
        nargs='+',
        metavar='NAME',
        help="names or patterns such as '*-SDP' (default: all with ground truth)",
    )
    names.add_argument(
        '--seqmap', type=Path, help='file with the names, as the MOTChallenge has it'
    )
    results.add_argument(
        '--missing',
        choices=['error', 'empty'],
        default='error',
        help='a sequence without a result file is an error, or counts as one without '
        'any result (%(default)s)',
    )
    results.add_argument(
        '--class',
        dest='class_number',
        type=int,
        metavar='NUMBER',
        help='score the rows of this class, counted from 1, in files with classes',
    )
    results.set_defaults(run=score_results)
>>>>>>> /tmp/fr_mine.py
    detections = commands.add_parser(
        'detections', help='run a tracker on files of detections and score its tracks'
    )
    detections.add_argument(
        'detections', type=Path, help='file or folder made by cache_detections.py'
    )
    add_tracker_arguments(detections)
    detections.add_argument('--out', type=Path, help='folder for the result files')
    for command in (results, detections):
        command.add_argument(
            '--protocol',
            choices=list(PROTOCOLS),
            default='motchallenge',
            help='rules of the MOTChallenge server, or those behind the numbers '
            'published for FairMOT (%(default)s)',
        )
    return parser.parse_args()


<<<<<<< fairmot_mm/commands/evaluate.py
=======
def score_results(args: argparse.Namespace) -> Iterator[tuple[str, list]]:
    """Read the result files of every folder, and their ground truth.

    Yields:
        The name of a folder and its sequences.

    Raises:
        DataError: See `read_truths` and `read_result_folder`.
    """
    names = read_seqmap(args.seqmap) if args.seqmap else args.sequences
    truths = read_truths(args.gt_root, names, args.class_number)
    for folder in args.results:
        yield (
            str(folder),
            read_result_folder(
                folder,
                truths,
                args.gt_root,
                all_sequences=names is None,
                missing=args.missing,
                class_number=args.class_number,
            ),
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
        tracked.append(sequence.to_score(rows))
    yield str(args.detections), tracked


>>>>>>> /tmp/fr_mine.py
@one_line_errors()
def main() -> None:
    """Run the tool."""
    evaluate(parse_args())
