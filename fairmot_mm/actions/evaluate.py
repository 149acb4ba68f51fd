"""Scores tracks against ground truth."""

import argparse
from collections.abc import Iterator

from fairmot_mm.apis import build_tracker
from fairmot_mm.evaluation import (
    PROTOCOLS,
    evaluate_by_rules,
    evaluate_sequences,
    explain_empty,
    format_class_table,
    format_table,
    load_all_detections,
    read_class_results,
    read_class_truths,
    read_result_folder,
    read_seqmap,
    read_truths,
    track_sequence,
)
from fairmot_mm.evaluation.class_truths import (
    choose_classes,
    choose_protocol,
    class_number,
)
from fairmot_mm.utils import write_mot


def score_results(args: argparse.Namespace) -> Iterator[tuple[str, list]]:
    """Read the result files of every folder, and their ground truth.

    Yields:
        The name of a folder and its sequences.

    Raises:
        ConfigError: `--class` is not the number of one class.
        DataError: See `read_truths` and `read_result_folder`.
    """
    names = _sequence_names(args)
    number = class_number(args.classes)
    truths = read_truths(args.gt_root, names, number)
    for folder in args.results:
        yield (
            str(folder),
            read_result_folder(
                folder,
                truths,
                args.gt_root,
                all_sequences=names is None,
                missing=args.missing,
                class_number=number,
            ),
        )


def _sequence_names(args: argparse.Namespace) -> list[str] | None:
    return read_seqmap(args.seqmap) if args.seqmap else args.sequences


def score_classes(args: argparse.Namespace, form: str) -> None:
    """Print the scores of each class of every folder of result files.

    Raises:
        DataError: See `read_class_truths` and `read_class_results`.
    """
    names = _sequence_names(args)
    truths = read_class_truths(args.gt_root, form, names)
    scored = choose_classes(args.classes, truths.classes)
    for folder in args.results:
        sequences = read_class_results(
            folder,
            truths,
            args.gt_root,
            all_sequences=names is None,
            missing=args.missing,
        )
        scores = evaluate_by_rules(sequences, truths, scored)
        print(f'{folder}, protocol {form}, ratios in %')
        print(format_class_table(scores))
        for note in explain_empty(scores, scored, count_empty=truths.is_benchmark):
            print(note)


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
    """Print the scores of each sequence and of all together, class by class.

    Raises:
        ConfigError: The protocol is for one class, and the ground truth has several.
    """
    if args.kind == 'results':
        args.protocol = choose_protocol(args.gt_root, args.protocol, bool(args.classes))
        if args.protocol not in PROTOCOLS:
            score_classes(args, args.protocol)
            return
    read = score_results if args.kind == 'results' else score_detections
    for name, sequences in read(args):
        print(f'{name}, protocol {args.protocol}, ratios in %')
        print(format_table(evaluate_sequences(sequences, args.protocol)))
