"""Compares networks, and a teacher, by what they find in sequences."""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fairmot_mm.actions.label_with_teacher import detect_with_teacher, open_teacher
from fairmot_mm.apis import detect_sequence, init_model, load_config
from fairmot_mm.benchmark.report import Report
from fairmot_mm.evaluation import DetectedSequence
from fairmot_mm.evaluation.detection_scores import (
    FALSE_ACCEPT_RATES,
    score_boxes,
    score_embeds,
)
from fairmot_mm.utils import SequenceInfo, cli
from fairmot_mm.utils.machine import describe_machine, machine_line

Detect = Callable[[Path], DetectedSequence]
# Boxes of the teacher below this score are not scored, as those of our heads.
SCORE_THR = 0.05


def compare_detectors(args: argparse.Namespace) -> None:
    """Detect people with each network in each sequence, and print a table.

    Raises:
        DataError: A sequence is malformed, or has no pedestrian in its ground truth.
    """
    report = Report(args)
    for folder in args.sequences:
        SequenceInfo.read(folder).read_ground_truth()
    detectors = [
        (name, _open_model(config, weights, args.device, args.backend))
        for name, (config, weights) in zip(
            _model_names(args.models), args.models, strict=True
        )
    ]
    if args.teacher:
        detectors.append((Path(args.teacher).name, _open_teacher(args)))
    tasks = [(Path(folder), *pair) for folder in args.sequences for pair in detectors]
    rows = [
        _measure(folder, name, detect, args.seconds)
        for folder, name, detect in cli.show_progress(tasks, 'sequences')
    ]
    machine = describe_machine(args.device)
    about = f'rank-1 after {args.seconds:g} s; {machine_line(machine)}.'
    report.publish([rows], about, {'machine': machine, 'rows': rows})


def _model_names(models: Sequence[Sequence[str]]) -> list[str]:
    """Config and weights of each model; paths where their ends are the same."""
    short = [f'{Path(config).stem}, {Path(weights).name}' for config, weights in models]
    return [
        name if short.count(name) == 1 else f'{config}, {weights}'
        for name, (config, weights) in zip(short, models, strict=True)
    ]


def _open_model(config: str, weights: str, device: str, backend: str | None) -> Detect:
    cfg = load_config(config, {'inference.backend': backend} if backend else None)
    cfg.model.tracker = None
    model = init_model(cfg, weights, device)
    return lambda folder: detect_sequence(model, folder)


def _open_teacher(args: argparse.Namespace) -> Detect:
    args.ignore_thr = SCORE_THR
    teacher = open_teacher(args)

    def detect(folder: Path) -> DetectedSequence:
        info = SequenceInfo.read(folder)
        return replace(
            detect_with_teacher(info.images, teacher),
            name=info.name,
            frame_rate=info.frame_rate,
            gt=info.read_ground_truth(),
            frames=info.frames,
        )

    return detect


def _measure(folder: Path, name: str, detect: Detect, seconds: float) -> dict[str, Any]:
    """Score what a network finds in a sequence: a row of the table."""
    start = time.process_time()
    sequence = detect(folder)
    taken = time.process_time() - start
    boxes = score_boxes(sequence)
    row: dict[str, Any] = {
        'sequence': sequence.name,
        'network': name,
        'AP50': f'{boxes.ap50:.3f}',
        'recall at precision 0.9': f'{boxes.recall:.2f}',
        'processor ms a frame': f'{1000 * taken / sequence.num_frames:.1f}',
    }
    if sequence.embeds.shape[1] > 1:
        embeds = score_embeds(sequence, seconds)
        row |= {
            f'TPR at FAR {rate:g}': f'{value:.3f}'
            for rate, value in zip(
                FALSE_ACCEPT_RATES, embeds.true_accept_rates, strict=True
            )
        }
        row['rank-1'] = f'{embeds.rank1:.3f}'
    return row
