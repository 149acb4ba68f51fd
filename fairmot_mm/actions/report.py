"""Writes the report of one or two runs."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fairmot_mm.actions.report_inputs import Runs, read_footage, read_runs
from fairmot_mm.actions.step_record import read_steps
from fairmot_mm.actions.switch_explanations import explain_switches
from fairmot_mm.evaluation import (
    BoxOutcomes,
    SequenceTracks,
    evaluate_sequences,
    find_outcomes,
    hota_curves,
)
from fairmot_mm.report.moments import spell_count
from fairmot_mm.report.page import Section, write_page
from fairmot_mm.report.reported_sequence import ReportedSequence
from fairmot_mm.report.score_sections import (
    ScoredClass,
    condition_section,
    describe_scores,
    score_section,
    speed_section,
)
from fairmot_mm.report.sequence_section import sequence_section
from fairmot_mm.report.worst_moments import choose_switches
from fairmot_mm.utils import DataError
from fairmot_mm.utils.claim_output import claim_output
from fairmot_mm.utils.cli import show_progress

_HOW_TO_READ = (
    'Drag over a chart to enlarge a part of it; a double click shows all of it again.'
)
_MOST_FRAMES = 1_000_000  # nine hours
_ADVICE = 'choose another name, or --overwrite to replace it'


def report(args: argparse.Namespace) -> None:
    """Read everything, and write the page.

    Args:
        args: The command line.

    Raises:
        UserInputError: An input is missing, malformed or does not fit the others, or
            the page cannot be written.
    """
    with claim_output(args.out, args.overwrite, _sources(args), _ADVICE):
        speed = read_steps(args.step_times or ())
        classes = read_runs(args)
        sequences = [
            _reported(args, title, runs, place)
            for title, runs in classes.items()
            for place in range(len(next(iter(runs.values()))))
        ]
        lead: list[str] = [_about(args, classes)]
        sections: list[Section] = []
        if args.gt:
            scores = [_score(title, runs, args) for title, runs in classes.items()]
            lead += describe_scores(scores)
            sections = [score_section(scores, _protocol(args)), _conditions(sequences)]
        if speed:
            sections.append(speed_section(speed))
        for sequence in show_progress(sequences, 'reporting'):
            sections.append(sequence_section(sequence, args.moments))
        title = f'Report of {" and ".join(next(iter(classes.values())))}'
        write_page(args.out, title, lead, sections)
    number = max(len(tracks) for runs in classes.values() for tracks in runs.values())
    count = spell_count(number, 'sequence', 'sequences')
    if len(classes) > 1:
        count += f', {len(classes)} classes'
    print(f'{args.out}: {count}, {args.out.stat().st_size / 1e6:.1f} MB')


def _sources(args: argparse.Namespace) -> list[Path]:
    """The files of the command line, which must not be replaced."""
    paths = [args.results, args.other, args.video, args.detections, args.seqmap]
    paths = [path for path in [*paths, *(args.step_times or ())] if path is not None]
    inside = [file for path in paths if path.is_dir() for file in path.iterdir()]
    truths = [] if args.gt is None else [*args.gt.glob('*/gt/gt.txt')]
    return [path for path in paths if path.is_file()] + inside + truths


def _protocol(args: argparse.Namespace) -> str:
    return args.protocol or 'motchallenge'


def _score(title: str, runs: Runs, args: argparse.Namespace) -> ScoredClass:
    """Score each run on the objects of one class."""
    protocol = _protocol(args)
    return ScoredClass(
        title,
        {run: evaluate_sequences(tracks, protocol) for run, tracks in runs.items()},
        {run: hota_curves(tracks, protocol) for run, tracks in runs.items()},
    )


def _conditions(sequences: Sequence[ReportedSequence]) -> Section:
    """Recall and precision over all sequences and classes."""
    runs: dict[str, list[BoxOutcomes]] = {}
    for sequence in sequences:
        for run, outcomes in sequence.outcomes.items():
            runs.setdefault(run, []).append(outcomes)
    return condition_section(runs)


def _reported(
    args: argparse.Namespace, title: str, runs: Runs, place: int
) -> ReportedSequence:
    """Collect what is known about a sequence, or about one class in it."""
    tracks = {run: sequences[place] for run, sequences in runs.items()}
    first = next(iter(tracks.values()))
    several = len(next(iter(runs.values()))) > 1
    footage = read_footage(args, first.name, several)
    outcomes = {}
    if args.gt:
        outcomes = {
            run: find_outcomes(each, _protocol(args)) for run, each in tracks.items()
        }
    explanations = {}
    if args.detections:
        switches = choose_switches(next(iter(outcomes.values())), args.moments)
        explanations = explain_switches(args, first.name, first.results, switches)
    return ReportedSequence(
        title=f'{first.name}, {title}' if title else first.name,
        frames=_all_frames(first),
        frame_rate=footage.frame_rate,
        results={run: each.results for run, each in tracks.items()},
        outcomes=outcomes,
        store=footage.store,
        explanations=explanations,
    )


def _all_frames(sequence: SequenceTracks) -> np.ndarray:
    """(F,) int64 numbers of the frames."""
    frames = sequence.frames
    assert frames is not None  # results and ground truth are read with their frames
    if len(frames) > _MOST_FRAMES:
        raise DataError(
            f'{sequence.name} has {len(frames)} frames, from {frames[0]} to '
            f'{frames[-1]}, and a report shows at most {_MOST_FRAMES}: is {frames[-1]} '
            'the number of a frame?'
        )
    return np.asarray(frames, np.int64)


def _about(args: argparse.Namespace, classes: dict[str, Runs]) -> str:
    """Say what was compared with what."""
    runs = [*next(iter(classes.values()))]
    paths = [args.results, *([args.other] if args.other else [])]
    named = [f'{run} is {path}' for run, path in zip(runs, paths, strict=True)]
    if args.gt is None:
        what = 'Tracks without ground truth'
    else:
        what = f'Tracks against the ground truth in {args.gt}'
    return f'{what}: {", and ".join(named)}. {_HOW_TO_READ}'
