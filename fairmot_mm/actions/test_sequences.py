"""Tests the model of a config with a worker for each sequence."""

import argparse
import os
import tempfile
from contextlib import ExitStack, closing
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.evaluator import Evaluator
from mmengine.runner import Runner, autocast
from rich.console import Console
from rich.progress import Progress

from fairmot_mm.actions.test import (
    direct_results,
    output_paths,
    prepare_runner,
    require_free,
)
from fairmot_mm.apis import load_run_config, weights_of
from fairmot_mm.config.build import build_component
from fairmot_mm.datasets import MOTVideoDataset
from fairmot_mm.evaluation import MOTMetric
from fairmot_mm.evaluation.metrics.frame_tracks import FrameTracks, VideoInfo
from fairmot_mm.registry import DATASETS
from fairmot_mm.utils import ConfigError, DataError
from fairmot_mm.utils.claim_output import lock_output
from fairmot_mm.utils.engines.engine import Job, Result
from fairmot_mm.utils.engines.start_engine import start_engine, worker_options
from fairmot_mm.utils.engines.worker_spec import WorkerSpec


class TestWorker:
    """Tracks one sequence of the test data set after the other with one model.

    Args:
        options: The command line, without outputs and engine.
    """

    __test__ = False  # pytest takes it for tests

    def __init__(self, **options: Any) -> None:
        self._work_dir = tempfile.TemporaryDirectory(prefix='fairmot-')
        options |= {'work_dir': self._work_dir.name, 'launcher': 'none'}
        options |= {'out': None, 'submission': None, 'overwrite': True, 'local_rank': 0}
        args = argparse.Namespace(**options)
        self.runner = prepare_runner(args, args.cfg_options)
        self.loop = self.runner.test_loop
        self.runner.model.eval()

    @torch.no_grad()
    def __call__(self, job: Job) -> Result:
        """Track a sequence.

        Args:
            job: ``sequence``, its name in the data set.

        Returns:
            ``metrics``: for each metric, the tracks of each frame.
        """
        loader = deepcopy(self.runner.cfg.test_dataloader)
        loader.dataset.sequences = [job['sequence']]
        metrics = self.loop.evaluator.metrics
        for batch in Runner.build_dataloader(loader):
            with autocast(enabled=self.loop.fp16):
                outputs = self.runner.model.test_step(batch)
            self.loop.evaluator.process(data_samples=outputs, data_batch=batch)
        results = [[_encode(frame) for frame in metric.results] for metric in metrics]
        for metric in metrics:
            metric.forget()
        return {'metrics': results}


def test_sequences(args: argparse.Namespace) -> None:
    """Track each sequence in a worker, then score the tracks of all.

    Raises:
        ConfigError: The config has other data or metrics than those of tracking.
        DataError: A sequence failed, so that there are no scores.
        NameTakenError: Results exist, or another run writes to the same place.
    """
    if args.launcher != 'none':
        raise ConfigError('--engine starts the processes itself: leave out --launcher')
    options = worker_options(args)
    cfg = load_run_config(args.config, options, args.work_dir)
    checkpoint = args.checkpoint or weights_of(args.config)
    if checkpoint is None:
        raise ConfigError(f'{args.config} is a file: name the weights after it')
    if not cfg.get('test_dataloader') or not cfg.get('test_evaluator'):
        raise ConfigError(f'{args.config} has no test_dataloader and test_evaluator')
    if not args.overwrite:
        require_free(args.out, args.submission)
    direct_results(cfg, args.out, args.submission)
    dataset = build_component(cfg.test_dataloader.dataset, DATASETS, 'dataset')
    evaluator = Evaluator(cfg.test_evaluator)
    if not isinstance(dataset, MOTVideoDataset) or not all(
        isinstance(metric, MOTMetric) for metric in evaluator.metrics
    ):
        raise ConfigError(
            '--engine needs MOTVideoDataset as the data set of test_dataloader, and '
            'MOTMetric alone in test_evaluator'
        )
    evaluator.dataset_meta = dataset.metainfo
    is_file = os.path.isfile(args.config)
    spec = WorkerSpec(
        f'{__name__}:TestWorker',
        {
            'config': os.path.abspath(args.config) if is_file else args.config,
            'checkpoint': os.path.abspath(checkpoint),
            'device': args.device,
            'cfg_options': options,
        },
    )
    with ExitStack() as stack:
        for path in output_paths(cfg):
            stack.enter_context(lock_output(path))
        _track(args, cfg, spec, dataset, evaluator)
        scores = evaluator.evaluate(len(dataset))
    print('    '.join(f'{name}: {value:.4f}' for name, value in scores.items()))


def _track(
    args: argparse.Namespace,
    cfg: Config,
    spec: WorkerSpec,
    dataset: MOTVideoDataset,
    evaluator: Evaluator,
) -> None:
    """Give the metrics the tracks of all sequences, in the order of the data set."""
    names = [folder.name for folder in dataset.sequence_folders()]
    results: dict[str, Result] = {}
    slurm = os.path.abspath(Path(cfg.work_dir, 'slurm'))
    with (
        Progress(console=Console(stderr=True)) as progress,
        closing(start_engine(args, slurm, spec)) as engine,
    ):
        bar = progress.add_task('sequences', total=len(names))
        for name in names:
            engine.submit({'sequence': name})
        for finished in engine.finished():
            name = finished.job['sequence']
            if finished.result is None:
                raise DataError(f'sequence {name}: {finished.error}')
            results[name] = finished.result
            progress.advance(bar)
    for name in names:
        parts = zip(evaluator.metrics, results[name]['metrics'], strict=True)
        for metric, frames in parts:
            metric.results.extend(map(_decode, frames))


def _encode(frame: FrameTracks) -> list[Any]:
    """The tracks of a frame as JSON can hold them; its numbers keep all their bits."""
    name, gt_file, *rest = frame.video
    about = [name, None if gt_file is None else str(gt_file), *rest]
    columns = (frame.ids, frame.tlwh, frame.labels, frame.scores)
    arrays = [[column.dtype.str, column.tolist()] for column in columns]
    return [about, frame.frame, arrays, frame.image]


def _decode(frame: list[Any]) -> FrameTracks:
    (name, gt_file, *rest), number, arrays, image = frame
    video = VideoInfo(name, None if gt_file is None else Path(gt_file), *rest)
    ids, tlwh, labels, scores = (np.array(values, kind) for kind, values in arrays)
    return FrameTracks(video, number, ids, tlwh.reshape(-1, 4), labels, scores, image)
