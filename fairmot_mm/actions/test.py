"""Tests the model of a config as a command line says."""

import argparse
from pathlib import Path

from mmengine.config import Config
from mmengine.runner import Runner

from fairmot_mm.apis import (
    build_runner,
    load_run_config,
    read_state_dict,
    weights_of,
)
from fairmot_mm.inference import InferenceSetup
from fairmot_mm.utils import ConfigError, require_writable_dir
from fairmot_mm.utils.cli import inference_options
from fairmot_mm.utils.errors import NameTakenError


def direct_results(cfg: Config, out: str | None, submission: str | None) -> None:
    """Tell the tracking metric of the config where to write its files."""
    evaluators = cfg.test_evaluator
    evaluators = evaluators if isinstance(evaluators, list) else [evaluators]
    metrics = [metric for metric in evaluators if metric.type == 'MOTMetric']
    if not metrics and (out or submission):
        raise ConfigError('--out and --submission need a MOTMetric in test_evaluator')
    for metric in metrics:
        if out or not metric.get('outfile_prefix'):
            metric.outfile_prefix = out or str(Path(cfg.work_dir, 'results'))
            require_writable_dir(metric.outfile_prefix)
        if submission:
            metric.submission = submission


def require_free(out: str | None, submission: str | None) -> None:
    """Refuse to replace results of an earlier run in a place that the user names.

    Raises:
        NameTakenError: There are results.
    """
    files = [Path(submission)] if submission else []
    if out and Path(out).is_dir():
        files += sorted(Path(out).glob('*.txt'))
    taken = [file for file in files if file.exists()]
    if taken:
        raise NameTakenError(
            f'{taken[0]} exists; choose another name, or --overwrite to replace '
            'results of an earlier run'
        )


def prepare_runner(args: argparse.Namespace) -> Runner:
    """Build a Runner whose model holds the checkpoint and runs as the options say."""
    cfg = load_run_config(
        args.config,
        inference_options(args),
        args.work_dir,
        args.launcher,
        args.local_rank,
    )
    if args.device and args.launcher != 'none':
        raise ConfigError('--device is for one process; a launcher gives each its own')
    if not cfg.get('test_dataloader') or not cfg.get('test_evaluator'):
        raise ConfigError(f'{args.config} has no test_dataloader and test_evaluator')
    if not args.overwrite:
        require_free(args.out, args.submission)
    cfg.load_from, cfg.resume = None, False
    checkpoint = args.checkpoint or weights_of(args.config)
    if checkpoint is None:
        raise ConfigError(f'{args.config} is a file: name the weights after it')
    setup = InferenceSetup(cfg, checkpoint, args.device)
    if not setup.uses_onnx:
        read_state_dict(checkpoint)  # before anything slow is built
    direct_results(cfg, args.out, args.submission)
    runner = build_runner(cfg, 'test')
    setup.finish(getattr(runner.model, 'module', runner.model))
    return runner


def test(args: argparse.Namespace) -> None:
    """Track the test sequences, and score the tracks."""
    prepare_runner(args).test()
