"""The parts of a report about all sequences: scores, conditions, speed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fairmot_mm.evaluation import ALPHAS, OVERALL, BoxOutcomes
from fairmot_mm.evaluation.box_conditions import (
    CONDITIONS,
    BinCounts,
    count_by_condition,
    has_visibilities,
)
from fairmot_mm.evaluation.mot_scores import TABLE_NAMES, Scores, format_score
from fairmot_mm.report.charts import condition_chart, hota_chart, speed_chart
from fairmot_mm.report.page import (
    Block,
    Chart,
    ChartGrid,
    Fold,
    Paragraph,
    Section,
    Table,
)
from fairmot_mm.utils.counted import counted

Curves = Mapping[str, np.ndarray]
_RULES = {
    'motchallenge': 'by the rules of the MOTChallenge server',
    'published': 'by the rules behind the numbers published for FairMOT',
    'classes': 'by the rules for ground truth of several classes',
    'visdrone': 'by the rules for ground truth of VisDrone',
    'kitti': 'by the rules of KITTI',
    'bdd100k': 'by the rules of BDD100K',
}
_AVERAGES = (
    'The class average is the mean over the classes. The detection average counts the '
    'boxes of all classes together, so that frequent classes weigh more.'
)
_COLUMNS = (
    'Ratios are in %. Rcll and Prcn are recall and precision. MT, PT and ML are people '
    'who are mostly tracked, partially tracked and mostly lost. FP, FN, IDSW and FM '
    'are the numbers of false positives, misses, identity switches and fragments. '
    'MOTP is a distance: less is better.'
)
_HOTA = (
    'HOTA is the mean of the curve. DetA says how well people are found, AssA how well '
    'identities are kept. A curve that falls early means that boxes are inaccurate.'
)


@dataclass(frozen=True)
class ScoredClass:
    """Scores of the objects of one class.

    Attributes:
        title: Name of the class; empty where there is only one.
        scores: By the name of a run, what `evaluate_sequences` gives.
        curves: By the name of a run, what `hota_curves` gives.
        columns: Names of the scores in the table.
        option: The class for the command line; empty where there is only one.
    """

    title: str
    scores: Mapping[str, Mapping[str, Scores]]
    curves: Mapping[str, Mapping[str, Curves]]
    columns: Sequence[str] = TABLE_NAMES
    option: str = ''


def describe_scores(classes: Sequence[ScoredClass]) -> list[str]:
    """Say the most important scores in words.

    Args:
        classes: The scores of each class.

    Returns:
        A paragraph for each class and run.
    """
    texts = []
    for each in classes:
        for run, scores in each.scores.items():
            overall = scores[OVERALL]
            hota, mota, idf1, recall, precision = (
                f'{100 * overall[name]:.1f}'
                for name in ('HOTA', 'MOTA', 'IDF1', 'Rcll', 'Prcn')
            )
            about = f' ({each.title})' if each.title else ''
            switches = counted(
                int(overall['IDSW']), 'identity switch', 'identity switches'
            )
            fragments = counted(int(overall['FM']), 'fragment', 'fragments')
            what = f' of {each.title}' if each.title else ' of people'
            texts.append(
                f'{run}{about}: HOTA {hota}, MOTA {mota}, IDF1 {idf1}. It finds '
                f'{recall}\u00a0% of the boxes{what}, and {precision}\u00a0% of '
                f'its boxes are right. It has {switches} and {fragments}.'
            )
    return texts


def describe_averages(averages: Mapping[str, Mapping[str, Scores]]) -> list[str]:
    """Say the most important averages over classes in words.

    Args:
        averages: By the name of a run, scores by the name of the average.

    Returns:
        A paragraph for each run.
    """
    return [
        f'{run}: '
        + '; '.join(
            f'{name} '
            + ', '.join(
                f'{key} {format_score(scores[key])}' for key in ('HOTA', 'MOTA', 'IDF1')
            )
            for name, scores in rows.items()
        )
        + '.'
        for run, rows in averages.items()
    ]


def score_section(
    classes: Sequence[ScoredClass],
    protocol: str,
    averages: Mapping[str, Mapping[str, Scores]] | None = None,
    notes: Sequence[str] = (),
) -> Section:
    """Make the section with all scores.

    Args:
        classes: The scores of each class.
        protocol: Rules of the evaluation, one of `RULES`.
        averages: By the name of a run, scores by the name of the average over classes.
        notes: Sentences about classes that have no object.

    Returns:
        The section.
    """
    blocks: list[Block] = []
    if averages and any(averages.values()):
        columns = classes[0].columns
        table = _score_table(averages, _AVERAGES, columns, 'average')
        blocks.append(table)
    blocks += [Paragraph(f'{note[0].upper()}{note[1:]}.') for note in notes]
    for each in classes:
        what = f'Scores of {each.title}' if each.title else 'Scores'
        options = f' --protocol {protocol} {each.option}' if each.option else ''
        command = f'fairmot evaluate results{options}'
        text = f'{what} {_RULES[protocol]}, as "{command}" gives them. '
        blocks.append(_score_table(each.scores, text + _COLUMNS, each.columns))
    for each in classes:
        title = 'HOTA over the IoU threshold'
        title += f': {each.title}' if each.title else ''
        overall = {run: curves[OVERALL] for run, curves in each.curves.items()}
        blocks.append(Chart(hota_chart(overall, ALPHAS), title, _HOTA))
        names = [name for name in next(iter(each.curves.values())) if name != OVERALL]
        if len(names) > 1:
            charts = [
                Chart(
                    hota_chart(
                        {run: curves[name] for run, curves in each.curves.items()},
                        ALPHAS,
                    ),
                    name,
                )
                for name in names
            ]
            blocks.append(Fold('Each sequence by itself', [ChartGrid(charts)]))
    return Section('Scores', blocks)


def condition_section(runs: Mapping[str, Sequence[BoxOutcomes]]) -> Section:
    """Make the section about recall and precision by size, visibility and crowd.

    Args:
        runs: By the name of a run, what became of the boxes of each sequence.

    Returns:
        The section.
    """
    recall: dict[str, dict[str, BinCounts]] = {each.name: {} for each in CONDITIONS}
    precision: dict[str, dict[str, BinCounts]] = {each.name: {} for each in CONDITIONS}
    for run, sequences in runs.items():
        for outcomes in sequences:
            for name, (people, results) in count_by_condition(outcomes).items():
                for sums, counts in ((recall, people), (precision, results)):
                    before = sums[name].get(run)
                    sums[name][run] = counts if before is None else before + counts
    parts = [
        (recall, 'Recall', 'people', 'The share of people who are found.'),
        (precision, 'Precision', 'boxes', 'The share of tracked boxes that are right.'),
    ]
    known = [has_visibilities(each.gt) for each in next(iter(runs.values()))]
    source = 'is that of the ground truth'
    if not all(known):
        where = ' where the ground truth does not have it' if any(known) else ''
        source = f'is estimated{where}, from the boxes in front of the box'
    return Section(
        'Recall and precision',
        [
            Paragraph(
                f'All sequences together. The visibility of people {source}; that of '
                'tracked boxes is always estimated. Crowd density is the number of '
                'other people nearer than the height of the box. The number over a bar '
                'is its value in %.'
            ),
            *(
                ChartGrid(
                    [
                        Chart(
                            condition_chart(each, sums[each.name], what),
                            f'{title} by {each.name}',
                            text,
                        )
                        for each in CONDITIONS
                    ]
                )
                for sums, title, what, text in parts
            ),
        ],
    )


def speed_section(variants: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Section:
    """Make the section about the time of each pipeline step.

    Args:
        variants: By the name of a measured run, its times by step, see `speed_chart`.

    Returns:
        The section.
    """
    return Section(
        'Speed by step',
        [
            Chart(
                speed_chart(steps),
                name,
                'The bar is the median time of a frame, and the thin line reaches to '
                'the time within which 95 % of the frames are done. Steps run in '
                'parallel: the slowest thread limits the frames a second.',
            )
            for name, steps in variants.items()
        ],
    )


def _score_table(
    scores: Mapping[str, Mapping[str, Scores]],
    text: str,
    columns: Sequence[str],
    what: str = 'sequence',
) -> Table:
    """A row for each sequence and run, and for the difference of two runs."""
    runs = [*scores]
    several = len(runs) > 1
    header = [what, *(['run'] if several else []), *columns]
    rows = []
    for name in scores[runs[0]]:
        values = [scores[run][name] for run in runs]
        for run, row in zip(runs, values, strict=True):
            cells = [format_score(row[column]) for column in columns]
            rows.append([name, *([run] if several else []), *cells])
        if several:
            cells = [_difference(*(row[key] for row in values)) for key in columns]
            rows.append(['', 'difference', *cells])
    return Table(header, rows, text)


def _difference(first: float, second: float) -> str:
    """The second value minus the first one, with its sign."""
    change = second - first
    if isinstance(change, int):
        return f'{change:+d}'
    return f'{round(100 * change, 1) + 0.0:+.1f}'  # no -0.0
