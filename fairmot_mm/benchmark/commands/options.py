"""Show how options of inference change results: detections, embeddings and tracks."""

import argparse
import itertools
import statistics
import sys
from typing import Any, NamedTuple

import numpy as np
import torch
from mmdet.structures import DetDataSample

from fairmot_mm.apis import TrackInferencer, load_config
from fairmot_mm.benchmark.report import Report
from fairmot_mm.benchmark.tracking_benchmark import track_timed
from fairmot_mm.benchmark.variant import parse_variant
from fairmot_mm.benchmark.workload import Workload, prepare_workload
from fairmot_mm.utils import UserInputError
from fairmot_mm.utils.cli import show_progress
from fairmot_mm.utils.machine import describe_machine, machine_line
from fairmot_mm.utils.urls import shown_name
from fairmot_mm.video.frame_source import open_source

REFERENCE = 'contiguous'
DIFFERENCES = ('box px', 'score', '1 - cosine')
REACH = 8.0  # pixels; a detection counts as lost if no other one is nearer


class Run(NamedTuple):
    """Frames as one variant tracks them.

    Attributes:
        frames: Results of each frame.
        identities: Identities of each frame, in ascending order.
        seconds: Median time of a frame, without decoding.
    """

    frames: list[DetDataSample]
    identities: list[list[int]]
    seconds: float


def run(args: argparse.Namespace, report: Report) -> None:
    """Compare and report."""
    for name in args.variants:
        parse_variant(name)
    source = open_source(args.input)
    images = [frame.image for frame in itertools.islice(source.frames, args.frames)]
    rows: list[dict[str, Any]] = []
    for config in show_progress(args.configs, 'networks'):
        with prepare_workload(args, config, args.checkpoint) as workload:
            rows += _compare_variants(workload, args.variants, images)
    about = (
        f'{shown_name(args.input)}, {len(images)} frames, largest differences; '
        f'{machine_line(describe_machine(args.device))}.'
    )
    report.publish([rows], about, rows)


def _compare_variants(
    workload: Workload, names: list[str], images: list[np.ndarray]
) -> list[dict[str, Any]]:
    """Make the rows of the table for one network."""
    cfg = load_config(workload.config, workload.settings['cfg_options'])
    score = cfg.model.tracker.get('obj_score_thr', 0.4)
    plain = _track(workload, REFERENCE, images)
    people = set(itertools.chain(*plain.identities))
    found: dict[str, dict[str, Any]] = {}
    found[REFERENCE] = {'tracks': len(people), 's': plain.seconds}
    for name in names:
        try:
            other = _track(workload, name, images)
        except UserInputError as error:  # for instance if there is nothing to fuse
            print(f'{workload.config.stem}, {name}: {error}', file=sys.stderr)
            found[name] = {'tracks': 'refused'}
            continue
        same = plain.identities == other.identities
        found[name] = {
            **_compare_detections(plain, other, score),
            'tracks': 'equal' if same else 'differ',
            's': other.seconds,
        }
    network = f'`{workload.config.stem.removeprefix("fairmot_")}`'
    unknown = dict.fromkeys(('compared', 'lost', *DIFFERENCES, 'tracks', 's'))
    return [
        {'network': network, 'variant': name, **unknown, **values}
        for name, values in found.items()
    ]


def _track(workload: Workload, name: str, images: list[np.ndarray]) -> Run:
    """Track images (H, W, 3) BGR with a variant."""
    timed = track_timed(TrackInferencer(**workload.variant(name)), images)
    frames = [sample for sample, _ in timed]
    identities = [
        sorted(frame.pred_track_instances.instances_id.tolist()) for frame in frames
    ]
    seconds = statistics.median_high(seconds for _, seconds in timed)
    return Run(frames, identities, seconds)


def _compare_detections(plain: Run, other: Run, score: float) -> dict[str, Any]:
    """Compare the detections of another run with those that a tracker accepts."""
    compared = lost = 0
    worst = torch.zeros(3)
    for own, theirs in zip(plain.frames, other.frames, strict=True):
        taken = own.pred_instances[own.pred_instances.scores > score]
        found = theirs.pred_instances
        compared += len(taken)
        if not len(taken) or not len(found):
            lost += len(taken)
            continue
        far = torch.cdist(taken.bboxes, found.bboxes, p=float('inf'))
        far[taken.labels[:, None] != found.labels] = float('inf')
        pixels, nearest = far.min(dim=1)
        near = pixels <= REACH
        lost += int((~near).sum())
        if near.any():
            twins = found[nearest[near]]
            taken = taken[near]
            scores = (taken.scores - twins.scores).abs().max()
            cosine = 1 - (taken.embeds * twins.embeds).sum(dim=1).min()
            worst = worst.maximum(torch.stack([pixels[near].max(), scores, cosine]))
    values = dict(zip(DIFFERENCES, worst.tolist(), strict=True))
    return {'compared': compared, 'lost': lost, **values}
