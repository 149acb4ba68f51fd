"""Reads results of several classes for a report, and scores them by their rules."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fairmot_mm.actions.report_inputs import name_runs, read_runs
from fairmot_mm.evaluation import (
    OVERALL,
    PROTOCOLS,
    SequenceTracks,
    evaluate_by_rules,
    evaluate_sequences,
    explain_empty,
    find_outcomes,
    hota_curves,
    read_class_results,
    read_class_truths,
    read_seqmap,
)
from fairmot_mm.evaluation.box_outcomes import match_pairs
from fairmot_mm.evaluation.class_pairs import pair_class
from fairmot_mm.evaluation.class_scores import CLASS_TABLE_NAMES, ClassScores
from fairmot_mm.evaluation.class_truths import (
    ClassTruths,
    choose_classes,
    choose_protocol,
)
from fairmot_mm.evaluation.mot_protocols import FramePair
from fairmot_mm.evaluation.mot_scores import TABLE_NAMES, Scores, curves_of_pairs
from fairmot_mm.report.reported_class import ReportedClass
from fairmot_mm.report.score_sections import ScoredClass
from fairmot_mm.utils import ConfigError, DataError

# These count frames from 0, and their results are no MOT text.
_OWN_FORMS = ('kitti', 'bdd100k')


@dataclass(frozen=True)
class Subject:
    """Everything that a report is about.

    Attributes:
        classes: The classes.
        protocol: Rules of the scores; empty without ground truth.
        averages: By the name of a run, scores of averages over classes and of groups of
            classes, by their names.
        notes: Sentences about classes that have no object.
        first_frame: Number of the first frame of a video.
    """

    classes: Sequence[ReportedClass]
    protocol: str = ''
    averages: Mapping[str, Mapping[str, Scores]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    first_frame: int = 1


def read_subject(args: argparse.Namespace) -> Subject:
    """Read results and ground truth, and score them as `fairmot evaluate results` does.

    Args:
        args: The command line.

    Returns:
        The classes with their scores.

    Raises:
        ConfigError: The protocol does not fit the ground truth, or see `read_runs`.
        DataError: See `read_runs`, `read_class_truths` and `read_class_results`.
    """
    if args.gt is None:
        classes = [
            ReportedClass(title, runs) for title, (runs, _) in read_runs(args).items()
        ]
        return Subject(classes)
    protocol = choose_protocol(args.gt, args.protocol, bool(args.classes))
    if protocol not in PROTOCOLS:
        return _read_by_class(args, protocol)
    classes = []
    for title, (runs, number) in read_runs(args).items():
        outcomes = {
            run: [find_outcomes(each, protocol) for each in sequences]
            for run, sequences in runs.items()
        }
        scores = ScoredClass(
            title,
            {run: evaluate_sequences(each, protocol) for run, each in runs.items()},
            {run: hota_curves(each, protocol) for run, each in runs.items()},
            TABLE_NAMES,
            '' if number is None else f'--class {number}',
        )
        classes.append(ReportedClass(title, runs, outcomes, scores))
    return Subject(classes, protocol)


def _read_by_class(args: argparse.Namespace, form: str) -> Subject:
    """Read and score by the rules of several classes."""
    if args.detections and form in _OWN_FORMS:
        raise ConfigError(
            f'--detections explains tracks in MOT text, and results of {form} have '
            'another form: leave --detections out'
        )
    paths = [args.results, *([args.other] if args.other else [])]
    suffix = '.json' if form == 'bdd100k' else '.txt'
    for path in paths:
        if path.is_file() and path.suffix.lower() != suffix:
            raise DataError(
                f'{path} is no result file of {form}: its name is not SEQUENCE{suffix}'
            )
    names = name_runs(paths)
    wanted = read_seqmap(args.seqmap) if args.seqmap else args.sequences
    if wanted is None and any(path.is_file() for path in paths):
        wanted = [path.stem for path in paths if path.is_file()]
    truths = read_class_truths(args.gt, form, wanted)
    chosen = choose_classes(args.classes, truths.classes)
    read = {
        run: read_class_results(
            path.parent if path.is_file() else path,
            truths,
            args.gt,
            all_sequences=wanted is None,
            missing=args.missing or 'error',
        )
        for run, path in zip(names, paths, strict=True)
    }
    scores = {
        run: evaluate_by_rules(sequences, truths, chosen)
        for run, sequences in read.items()
    }
    first = next(iter(scores.values()))
    return Subject(
        [_reported_class(name, read, truths, scores) for name in chosen],
        form,
        {run: _averages(each, chosen) for run, each in scores.items()},
        explain_empty(first, chosen, count_empty=truths.is_benchmark),
        0 if form in _OWN_FORMS else 1,
    )


def _reported_class(
    name: str,
    read: Mapping[str, Sequence[SequenceTracks]],
    truths: ClassTruths,
    scores: Mapping[str, ClassScores],
) -> ReportedClass:
    """The tracks of a class, and what became of its boxes."""
    number = truths.classes.index(name) + 1
    runs, outcomes, curves = {}, {}, {}
    for run, sequences in read.items():
        pairs: dict[str, list[FramePair]] = {
            each.name: pair_class(each, number, truths.rules.min_height)
            for each in sequences
        }
        runs[run] = [_of_class(each, number) for each in sequences]
        outcomes[run] = [match_pairs(each, pairs[each.name]) for each in runs[run]]
        curves[run] = curves_of_pairs(pairs)
    return ReportedClass(
        name,
        runs,
        outcomes,
        ScoredClass(
            name,
            {run: each[name] for run, each in scores.items()},
            curves,
            CLASS_TABLE_NAMES,
            f'--class "{name}"' if ' ' in name else f'--class {name}',
        ),
    )


def _of_class(sequence: SequenceTracks, number: int) -> SequenceTracks:
    """The objects and tracks of a class, without regions and neutral boxes."""
    gt, results = sequence.gt, sequence.results
    return sequence._replace(
        gt=gt[(gt.classes == number) & (gt.marks != 0)],
        results=results[results.classes == number],
    )


def _averages(scores: ClassScores, chosen: Sequence[str]) -> dict[str, Scores]:
    """Scores of averages and groups, by their names."""
    return {
        name: sequences[OVERALL]
        for name, sequences in scores.items()
        if name not in chosen
    }
