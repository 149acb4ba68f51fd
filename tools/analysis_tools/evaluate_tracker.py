"""Run a tracker over files of detections, score its tracks and print the table."""

import argparse
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
from fairmot_mm.utils import write_mot
from fairmot_mm.utils.cli import add_tracker_arguments, one_line_errors


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'detections', type=Path, help='file or folder made by cache_detections.py'
    )
    add_tracker_arguments(parser)
    parser.add_argument(
        '--protocol',
        choices=list(PROTOCOLS),
        default='motchallenge',
        help='rules of the scores (default: %(default)s)',
    )
    parser.add_argument('--out', type=Path, help='folder for the result files')
    return parser.parse_args(argv)


def run(args: argparse.Namespace) -> None:
    """Track, write and score sequence by sequence."""
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
    print(f'Protocol {args.protocol}, ratios in %')
    print(format_table(evaluate_sequences(tracked, args.protocol)))


def main(argv: list[str] | None = None) -> None:
    """Run the tool."""
    args = parse_args(argv)
    with one_line_errors():
        run(args)


if __name__ == '__main__':
    main()
