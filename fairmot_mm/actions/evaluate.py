"""Scores tracks against ground truth."""

import argparse
from collections.abc import Iterator

from fairmot_mm.apis import build_tracker
from fairmot_mm.evaluation import (
    evaluate_sequences,
    format_table,
    load_all_detections,
    read_result_folder,
    read_seqmap,
    read_truths,
    track_sequence,
)
from fairmot_mm.utils import write_mot


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


def evaluate(args: argparse.Namespace) -> None:
    """Print the scores of each sequence and of all together."""
    read = score_results if args.kind == 'results' else score_detections
    for name, sequences in read(args):
        print(f'{name}, protocol {args.protocol}, ratios in %')
        print(format_table(evaluate_sequences(sequences, args.protocol)))
