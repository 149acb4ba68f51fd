"""Writes the detections of sequences to files."""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from fairmot_mm.apis import detect_sequence, init_model, load_config
from fairmot_mm.archive.track_settings import sha256_of
from fairmot_mm.evaluation import DetectedSequence, read_origin, save_detections
from fairmot_mm.synthetic import DetectionNoise, noisy_detections
from fairmot_mm.utils import ConfigError, DataError, SequenceInfo
from fairmot_mm.utils.counted import counted
from fairmot_mm.utils.engines.engine import Job, Result
from fairmot_mm.utils.engines.start_engine import start_engine
from fairmot_mm.utils.engines.worker_spec import WorkerSpec

Detect = Callable[[Path, Callable[[], object]], DetectedSequence]


def noise_source(noise: dict[str, Any], seed: int) -> tuple[str, Detect]:
    """Describe what the detections depend on, and how ground truth gives them."""
    try:
        built = DetectionNoise(**noise)
    except TypeError as error:
        raise ConfigError(f'--noise: {error}') from error
    origin = {'noise': asdict(built), 'seed': seed}
    return json.dumps(origin), lambda folder, _: noisy_detections(folder, seed, built)


def model_source(
    config: str,
    checkpoint: str,
    device: str | None,
    cfg_options: dict[str, Any] | None,
    batch_size: int,
) -> tuple[str, Detect]:
    """Describe what the detections depend on, and how the network gives them."""
    cfg = load_config(config, cfg_options)
    cfg.model.tracker = None
    cfg.model.pop('detect_every', None)
    origin = {
        'detector': cfg.model.detector.to_dict(),
        'preprocessor': cfg.model.get('data_preprocessor', {}),
        'pipeline': [dict(step) for step in cfg.get('test_pipeline', ())],
        'checkpoint': sha256_of(checkpoint),
    }
    model = init_model(cfg, checkpoint, device)
    return json.dumps(origin, default=str), lambda folder, on_frame: detect_sequence(
        model, folder, batch_size=batch_size, on_frame=on_frame
    )


class CacheWorker:
    """Writes the file of one sequence after the other, unless it is there already.

    Args:
        out: Folder of the files.
        noise: Arguments of `noise_source`; None: a model detects.
        model: Arguments of `model_source`.
    """

    def __init__(
        self,
        out: str,
        noise: dict[str, Any] | None = None,
        model: dict[str, Any] | None = None,
    ) -> None:
        self.out = Path(out)
        if noise is not None:
            self._origin, self._detect = noise_source(**noise)
        else:
            self._origin, self._detect = model_source(**(model or {}))

    def __call__(
        self, job: Job, on_frame: Callable[[], object] = lambda: None
    ) -> Result:
        """Write the file of a sequence.

        Args:
            job: ``folder`` of the sequence, and its ``name``.
            on_frame: Called after every frame.

        Returns:
            ``line``: what was done.
        """
        path = self.out / f'{job["name"]}.npz'
        if read_origin(path) == self._origin:
            return {'line': f'{path} is there already'}
        sequence = self._detect(Path(job['folder']), on_frame)
        save_detections(path, sequence, self._origin)
        return {'line': f'{path}: {counted(len(sequence.scores), "detection")}'}


def cache_detections(args: argparse.Namespace) -> None:
    """Make the files that are missing or come from other settings.

    Raises:
        DataError: Sequences failed; those of an engine do not stop the others.
    """
    infos = [SequenceInfo.read(folder) for folder in args.sequences]
    names = [info.name for info in infos]
    if len(set(names)) < len(names):
        raise ConfigError(f'two of the sequences have one name: {sorted(names)}')
    jobs = [
        {'name': info.name, 'folder': os.path.abspath(folder)}
        for folder, info in zip(args.sequences, infos, strict=True)
    ]
    with Progress(console=Console(stderr=True)) as progress:
        if args.engine is not None:
            _run_on_engine(args, jobs, progress)
            return
        worker = CacheWorker(**_arguments(args))
        for job, info in zip(jobs, infos, strict=True):
            bar = progress.add_task(info.name, total=len(info.images))
            line = worker(job, partial(progress.advance, bar))['line']
            progress.update(bar, completed=len(info.images))
            print(line)


def _arguments(args: argparse.Namespace) -> dict[str, Any]:
    """Arguments of the worker, which may have another current folder."""
    out = os.path.abspath(args.out)
    if args.config is None:
        return {'out': out, 'noise': {'noise': args.noise or {}, 'seed': args.seed}}
    is_file = os.path.isfile(args.config)
    model = {
        'config': os.path.abspath(args.config) if is_file else args.config,
        'checkpoint': os.path.abspath(args.checkpoint),
        'device': args.device,
        'cfg_options': args.cfg_options,
        'batch_size': args.batch_size,
    }
    return {'out': out, 'model': model}


def _run_on_engine(
    args: argparse.Namespace, jobs: Sequence[Job], progress: Progress
) -> None:
    """Give each sequence to a worker."""
    spec = WorkerSpec(f'{__name__}:CacheWorker', _arguments(args))
    failed = []
    bar = progress.add_task('sequences', total=len(jobs))
    slurm = os.path.join(os.path.abspath(args.out), 'slurm')
    with closing(start_engine(args, slurm, spec)) as engine:
        for job in jobs:
            engine.submit(job)
        for finished in engine.finished():
            progress.advance(bar)
            if finished.result is None:
                failed.append(f'{finished.job["name"]}: {finished.error}')
            else:
                print(finished.result['line'])
    if failed:
        raise DataError(f'{len(failed)} of {len(jobs)} sequences failed: {failed[0]}')
