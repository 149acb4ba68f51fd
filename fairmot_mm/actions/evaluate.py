"""Scores tracks against ground truth."""

import argparse
from collections.abc import Iterator

from fairmot_mm.apis import build_tracker
from fairmot_mm.evaluation import (
    SequenceTracks,
    evaluate_sequences,
    format_table,
    load_all_detections,
    track_sequence,
)
from fairmot_mm.utils import DataError, read_mot, write_mot


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


def evaluate(args: argparse.Namespace) -> None:
    """Print the scores of each sequence and of all together."""
    read = score_results if args.kind == 'results' else score_detections
    for name, sequences in read(args):
        print(f'{name}, protocol {args.protocol}, ratios in %')
        print(format_table(evaluate_sequences(sequences, args.protocol)))
