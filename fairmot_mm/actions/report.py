"""Writes the report of one or two runs."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fairmot_mm.actions.report_classes import Subject, read_subject
from fairmot_mm.actions.report_inputs import read_footage
from fairmot_mm.actions.step_record import read_steps
from fairmot_mm.actions.switch_explanations import explain_switches
from fairmot_mm.evaluation import BoxOutcomes, SequenceTracks
from fairmot_mm.report.page import Section, write_page
from fairmot_mm.report.reported_class import ReportedClass
from fairmot_mm.report.reported_sequence import ReportedSequence
from fairmot_mm.report.score_sections import (
    condition_section,
    describe_averages,
    describe_scores,
    score_section,
    speed_section,
)
from fairmot_mm.report.sequence_section import sequence_section
from fairmot_mm.report.worst_moments import choose_switches
from fairmot_mm.utils import DataError
from fairmot_mm.utils.claim_output import claim_output
from fairmot_mm.utils.cli import show_progress
from fairmot_mm.utils.counted import counted

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
        subject = read_subject(args)
        runs = next(iter(subject.classes)).runs
        number = len(next(iter(runs.values())))
        sequences = [
            _reported(args, subject, each, place)
            for each in subject.classes
            for place in range(number)
            if each.is_shown(place)
        ]
        lead: list[str] = [_about(args, [*runs])]
        sections: list[Section] = []
        scores = [each.scores for each in subject.classes if each.scores is not None]
        if scores:
            lead += describe_averages(subject.averages) + describe_scores(scores)
            sections = [
                score_section(
                    scores, subject.protocol, subject.averages, subject.notes
                ),
                _conditions(sequences),
            ]
        if speed:
            sections.append(speed_section(speed))
        for sequence in show_progress(sequences, 'reporting'):
            sections.append(sequence_section(sequence, args.moments))
        title = f'Report of {" and ".join(runs)}'
        write_page(args.out, title, lead, sections)
    count = counted(number, 'sequence', 'sequences')
    if len(subject.classes) > 1:
        count += f', {len(subject.classes)} classes'
    print(f'{args.out}: {count}, {args.out.stat().st_size / 1e6:.1f} MB')


def _sources(args: argparse.Namespace) -> list[Path]:
    """The files of the command line, which must not be replaced."""
    paths = [args.results, args.other, args.video, args.detections, args.seqmap]
    paths = [path for path in [*paths, *(args.step_times or ())] if path is not None]
    inside = [file for path in paths if path.is_dir() for file in path.iterdir()]
    truths = [] if args.gt is None else [*args.gt.glob('*/gt/gt.txt')]
    return [path for path in paths if path.is_file()] + inside + truths


def _conditions(sequences: Sequence[ReportedSequence]) -> Section:
    """Recall and precision over all sequences and classes."""
    runs: dict[str, list[BoxOutcomes]] = {}
    for sequence in sequences:
        for run, outcomes in sequence.outcomes.items():
            runs.setdefault(run, []).append(outcomes)
    return condition_section(runs)


def _reported(
    args: argparse.Namespace, subject: Subject, of_class: ReportedClass, place: int
) -> ReportedSequence:
    """Collect what is known about a sequence, or about one class in it."""
    tracks = {run: sequences[place] for run, sequences in of_class.runs.items()}
    first = next(iter(tracks.values()))
    several = len(next(iter(of_class.runs.values()))) > 1
    footage = read_footage(args, first.name, several, subject.first_frame)
    outcomes = {run: each[place] for run, each in of_class.outcomes.items()}
    explanations = {}
    if args.detections:
        switches = choose_switches(next(iter(outcomes.values())), args.moments)
        explanations = explain_switches(args, first.name, first.results, switches)
    return ReportedSequence(
        title=f'{first.name}, {of_class.title}' if of_class.title else first.name,
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


def _about(args: argparse.Namespace, runs: Sequence[str]) -> str:
    """Say what was compared with what."""
    paths = [args.results, *([args.other] if args.other else [])]
    named = [f'{run} is {path}' for run, path in zip(runs, paths, strict=True)]
    if args.gt is None:
        what = 'Tracks without ground truth'
    else:
        what = f'Tracks against the ground truth in {args.gt}'
    return f'{what}: {", and ".join(named)}. {_HOW_TO_READ}'
