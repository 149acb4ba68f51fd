"""Show how options of inference change results: detections, embeddings and tracks.

Each variant tracks the same frames as the reference: PyTorch in float32 with contiguous
maps. The table has a row for each network and variant. Without a checkpoint a network
gets random weights that detect something, see the sub-command track.
"""

import argparse
import itertools
import statistics
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from mmdet.structures import DetDataSample
from rich.console import Console
from rich.progress import track

from fairmot_mm.apis import TrackInferencer, load_config
from fairmot_mm.benchmark.command import (
    add_number_arguments,
    add_video_arguments,
    subject_of,
)
from fairmot_mm.benchmark.report import Grid, Report
from fairmot_mm.benchmark.session import Job
from fairmot_mm.benchmark.variant import Variant
from fairmot_mm.utils import UserInputError
from fairmot_mm.utils.cli import add_cfg_options_argument
from fairmot_mm.utils.machine import describe_machine, machine_line
from fairmot_mm.video.frame_source import open_source

REFERENCE = 'contiguous'
ON_A_CPU = (
    'channels-last',
    'fuse-conv-bn',
    'bfloat16+fuse-conv-bn',
    'compile',
    'onnxruntime',
)
DIFFERENCES = ('box px', 'score', '1 - cosine')
REACH = 8.0  # pixels; a detection counts as lost if no other one is nearer


class Run(NamedTuple):
    """Frames as one variant tracks them.

    Attributes:
        frames: Results of each frame.
        seconds: Median time of a frame, without decoding.
    """

    frames: list[DetDataSample]
    seconds: float

    def identities(self) -> list[list[int]]:
        """List the identities of every frame, in ascending order."""
        return [
            sorted(frame.pred_track_instances.instances_id.tolist())
            for frame in self.frames
        ]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    parser.add_argument('configs', nargs='+', type=Path, help='config files')
    parser.add_argument(
        '--checkpoint', help='weights of the config (default: random ones)'
    )
    add_video_arguments(parser)
    add_number_arguments(parser, frames=(10, 'number of first frames of the input'))
    parser.add_argument('--device', default='cpu', help='as in cuda:0 (%(default)s)')
    parser.add_argument(
        '--variants',
        nargs='+',
        default=ON_A_CPU,
        help=f'see the sub-command track, --compare ({" ".join(ON_A_CPU)})',
    )
    add_cfg_options_argument(parser)


def run(args: argparse.Namespace, report: Report) -> None:
    """Compare and report."""
    for name in args.variants:
        Variant.parse(name)
    source = open_source(args.input)
    images = [frame.image for frame in itertools.islice(source.frames, args.frames)]
    rows: list[dict[str, Any]] = []
    for config in track(args.configs, 'networks', console=Console(stderr=True)):
        rows += _compare_network(config, args, images)
    about = (
        f'{Path(args.input).name}, {len(images)} frames, largest differences; '
        f'{machine_line(describe_machine(args.device))}.'
    )
    report.publish([Grid.of_numbers('results', rows)], about, rows)


def _compare_network(
    config: Path, args: argparse.Namespace, images: list[np.ndarray]
) -> list[dict[str, Any]]:
    """Make the rows of the table for one network."""
    with subject_of(
        args,
        config,
        args.checkpoint,
        cfg_options=args.cfg_options,
        settings={'device': args.device},
    ) as subject:
        cfg = load_config(subject.config, args.cfg_options)
        score = cfg.model.tracker.get('obj_score_thr', 0.4)
        network = f'`{config.stem.removeprefix("fairmot_")}`'
        plain = _track_images(subject.job(Variant.parse(REFERENCE)), images)
        people = {identity for frame in plain.identities() for identity in frame}
        rows = [_make_row(network, REFERENCE, tracks=len(people), s=plain.seconds)]
        for name in args.variants:
            try:
                other = _track_images(subject.job(Variant.parse(name)), images)
            except UserInputError as error:  # for instance if there is nothing to fuse
                Console(stderr=True).print(f'{network}, {name}: {error}')
                rows.append(_make_row(network, name, tracks='refused'))
                continue
            same = plain.identities() == other.identities()
            found = _compare_detections(plain, other, score)
            tracks = 'equal' if same else 'differ'
            rows.append(
                _make_row(network, name, **found, tracks=tracks, s=other.seconds)
            )
    return rows


def _make_row(network: str, variant: str, **values: Any) -> dict[str, Any]:
    """Make a row of the table with the values that are known; the others are None."""
    empty = dict.fromkeys(('compared', 'lost', *DIFFERENCES, 'tracks', 's'))
    return {'network': network, 'variant': variant, **empty, **values}


def _track_images(job: Job, images: list[np.ndarray]) -> Run:
    """Track images (H, W, 3) BGR as a job says."""
    inferencer = TrackInferencer(job.config, job.checkpoint, **job.settings)
    samples, seconds = [], []
    start = time.perf_counter()
    for sample in inferencer(images):
        seconds.append(time.perf_counter() - start)
        samples.append(sample)
        start = time.perf_counter()
    return Run(samples, statistics.median_high(seconds))


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
