"""CLEAR, identity and HOTA scores of each class, and their averages."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from tabulate import tabulate

from fairmot_mm.evaluation.class_pairs import pair_class
from fairmot_mm.evaluation.class_truths import ClassTruths
from fairmot_mm.evaluation.mot_protocols import SequenceTracks
from fairmot_mm.evaluation.mot_scores import (
    HOTA_NAMES,
    OVERALL,
    Scores,
    format_score,
    trackeval_data,
)
from fairmot_mm.utils import DataError

CLASS_AVERAGE = 'class-average'
DETECTION_AVERAGE = 'detection-average'
# Name in TrackEval -> name in a table.
_CLEAR_NAMES = {
    'MOTA': 'MOTA',
    'CLR_Re': 'Rcll',
    'CLR_Pr': 'Prcn',
    'MT': 'MT',
    'PT': 'PT',
    'ML': 'ML',
    'CLR_FP': 'FP',
    'CLR_FN': 'FN',
    'IDSW': 'IDSW',
    'Frag': 'FM',
}
_COUNTS = ('GT', 'MT', 'PT', 'ML', 'FP', 'FN', 'IDSW', 'FM')
CLASS_TABLE_NAMES = (
    'HOTA',
    'DetA',
    'AssA',
    'MOTA',
    'IDF1',
    'IDP',
    'IDR',
    'Rcll',
    'Prcn',
    'MOTP',
    *_COUNTS,
)
# Scores of each class (or average) by its name, and in it of each sequence.
ClassScores = dict[str, dict[str, Scores]]


def evaluate_classes(
    sequences: Sequence[SequenceTracks],
    classes: Sequence[str],
    *,
    scored: Sequence[str] | None = None,
    min_height: float = -math.inf,
    groups: Mapping[str, Sequence[str]] | None = None,
    count_empty: bool = False,
) -> ClassScores:
    """Score each class of each sequence, and average over the classes.

    All scores are TrackEval's. The class average is the mean over the classes; the
    detection average counts the boxes of all classes together, so that frequent classes
    weigh more (as ``cls_comb_cls_av`` and ``cls_comb_det_av`` there).

    Args:
        sequences: See `pair_class`.
        classes: Names of the classes in the order of their numbers, from 1.
        scored: Names of the classes to score; None scores all.
        min_height: See `pair_class`.
        groups: Names of classes to score together as in the detection average, by the
            name of the group.
        count_empty: Whether a class without ground truth and without results counts in
            the class average, as in TrackEval, where its scores are 0.

    Returns:
        By the names of the classes, of `CLASS_AVERAGE`, `DETECTION_AVERAGE` and the
        groups: scores of each sequence by its name, and of all together under
        'OVERALL'; averages and groups only have the latter. Ratios are fractions,
        counts are int, and MOTP is the mean distance 1 - IoU of matches (its class
        average is over the classes that have a match). `GT` is the number of objects.

    Raises:
        DataError: No sequence, two of one name, no class has an object, or rows that
            `pair_class` refuses.
    """
    names = [sequence.name for sequence in sequences]
    twice = [name for name in names if name == OVERALL or names.count(name) > 1]
    if twice:
        raise DataError(f'sequence name {twice[0]!r} is taken; rename one')
    if not names:
        raise DataError('no sequence to evaluate')
    chosen = classes if scored is None else scored
    metrics = _metrics()
    of_classes: dict[str, list[dict]] = {}
    scores: ClassScores = {}
    for name in chosen:
        number = list(classes).index(name) + 1
        data = {
            sequence.name: trackeval_data(pair_class(sequence, number, min_height))
            for sequence in sequences
        }
        values = [
            {key: metric.eval_sequence(row) for key, row in data.items()}
            for metric in metrics
        ]
        of_classes[name] = [
            metric.combine_sequences(value)
            for metric, value in zip(metrics, values, strict=True)
        ]
        scores[name] = {
            key: _scores([value[key] for value in values]) for key in data
        } | {OVERALL: _scores(of_classes[name])}
    _add_averages(scores, of_classes, metrics, groups or {}, count_empty)
    return scores


def evaluate_by_rules(
    sequences: Sequence[SequenceTracks], truths: ClassTruths, scored: Sequence[str]
) -> ClassScores:
    """Score classes by the rules of the benchmark that their ground truth is of.

    Args:
        sequences: What `read_class_results` gives for the ground truth.
        truths: The ground truth.
        scored: Names of the classes to score.

    Returns:
        See `evaluate_classes`.

    Raises:
        DataError: See `evaluate_classes`.
    """
    return evaluate_classes(
        sequences,
        truths.classes,
        scored=scored,
        min_height=truths.rules.min_height,
        groups=truths.rules.groups,
        count_empty=truths.is_benchmark,
    )


def _metrics() -> list[Any]:
    """TrackEval's metrics, which need scipy."""
    from trackeval.metrics import CLEAR, HOTA, Identity

    quiet = {'PRINT_CONFIG': False}
    return [HOTA(quiet), CLEAR(quiet), Identity(quiet)]


def _add_averages(
    scores: ClassScores,
    of_classes: dict[str, list[dict]],
    metrics: list[Any],
    groups: Mapping[str, Sequence[str]],
    count_empty: bool,
) -> None:
    """Add the averages and groups to the scores of the classes."""
    full = [name for name in of_classes if not _is_empty(scores[name][OVERALL])]
    if not full:
        raise DataError(
            f'no object of the classes {", ".join(of_classes)} in the ground truth or '
            'in the results, so there is nothing to score'
        )
    members = {
        CLASS_AVERAGE: [*of_classes] if count_empty else full,
        DETECTION_AVERAGE: [*of_classes],
        **{
            group: [name for name in own if name in of_classes]
            for group, own in groups.items()
        },
    }
    for title, own in members.items():
        if not own:
            continue
        combined = []
        for place, metric in enumerate(metrics):
            combine = (
                metric.combine_classes_class_averaged
                if title == CLASS_AVERAGE
                else metric.combine_classes_det_averaged
            )
            combined.append(combine({name: of_classes[name][place] for name in own}))
        scores[title] = {OVERALL: _scores(combined)}
        if title == CLASS_AVERAGE:
            # TrackEval averages 0 of a class without a match, too.
            places = [scores[name][OVERALL] for name in own]
            distances = [each['MOTP'] for each in places if each['Rcll']]
            scores[title][OVERALL]['MOTP'] = float(np.mean(distances or [0.0]))


def _scores(values: Sequence[Mapping[str, Any]]) -> Scores:
    """Our names of the scores of HOTA, CLEAR and Identity."""
    hota, clear, identity = values
    scores = {name: float(np.mean(hota[name])) for name in HOTA_NAMES}
    scores |= {ours: float(clear[theirs]) for theirs, ours in _CLEAR_NAMES.items()}
    scores |= {name: float(identity[name]) for name in ('IDF1', 'IDP', 'IDR')}
    scores['MOTP'] = 1 - float(clear['MOTP']) if clear['CLR_TP'] else 0.0
    scores['GT'] = clear['MT'] + clear['PT'] + clear['ML']
    return scores | {name: int(scores[name]) for name in _COUNTS}


def explain_empty(
    scores: ClassScores, classes: Sequence[str], *, count_empty: bool = False
) -> list[str]:
    """Say which classes have no object.

    Args:
        scores: What `evaluate_classes` returned.
        classes: The classes that were scored.
        count_empty: See `evaluate_classes`.

    Returns:
        A line for each class without ground truth.
    """
    lines = []
    for name in classes:
        overall = scores[name][OVERALL]
        counts = 'counts as 0'
        if _is_empty(overall) and not count_empty:
            counts = 'does not count'
        if not overall['GT']:
            lines.append(
                f'class {name} has no object in the ground truth: it {counts} in the '
                'class average'
            )
    return lines


def _is_empty(scores: Scores) -> bool:
    """Whether a class has neither ground truth nor results."""
    return not (scores['GT'] or scores['FP'])


def format_class_table(scores: ClassScores) -> str:
    """Format scores as a table, with ratios in per cent.

    Args:
        scores: What `evaluate_classes` returned.

    Returns:
        Lines of text, one for each class and sequence, then one for each average.
    """
    rows = []
    for name, sequences in scores.items():
        shown = sequences
        if len(sequences) == 2:  # one sequence: all together is the same
            shown = {OVERALL: sequences[OVERALL]}
        rows += [
            [name, sequence, *(format_score(values[key]) for key in CLASS_TABLE_NAMES)]
            for sequence, values in shown.items()
        ]
    alignment = ['left'] * 2 + ['right'] * len(CLASS_TABLE_NAMES)
    return tabulate(
        rows,
        ('class', 'sequence', *CLASS_TABLE_NAMES),
        disable_numparse=True,
        colalign=alignment,
    )
