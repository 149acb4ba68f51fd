"""Tests the model of a config as a command line says."""

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.runner import Runner

from fairmot_mm.apis import (
    build_runner,
    load_run_config,
    read_state_dict,
    weights_of,
)
from fairmot_mm.evaluation import MOTMetric
from fairmot_mm.inference import InferenceSetup
from fairmot_mm.registry import METRICS
from fairmot_mm.utils import ConfigError, require_writable_dir
from fairmot_mm.utils.claim_output import lock_output
from fairmot_mm.utils.errors import NameTakenError
from fairmot_mm.utils.inference_arguments import inference_options


def direct_results(cfg: Config, out: str | None, submission: str | None) -> None:
    """Tell the tracking metrics of the config where to write their files.

    Several metrics, as of several classes, get a folder each, named after their prefix.
    """
    metrics = _mot_metrics(cfg)
    if not metrics and (out or submission):
        raise ConfigError('--out and --submission need a MOTMetric in test_evaluator')
    if submission and len(metrics) > 1:
        raise ConfigError(
            f'--submission writes the results of one MOTMetric, and test_evaluator has '
            f'{len(metrics)}: set test_evaluator to one of them'
        )
    for number, metric in enumerate(metrics, 1):
        if out or not metric.get('outfile_prefix'):
            folder = Path(out or Path(cfg.work_dir, 'results'))
            if len(metrics) > 1:
                folder /= str(metric.get('prefix', number)).replace('/', '-')
            metric.outfile_prefix = str(require_writable_dir(folder))
        if submission:
            metric.submission = submission


def _mot_metrics(cfg: Config) -> list[Any]:
    """Find the tracking metrics in the config of a test."""
    evaluators = cfg.test_evaluator
    if not isinstance(evaluators, list | tuple):
        evaluators = evaluators.get('metrics', [evaluators])  # of an own Evaluator
    return [metric for metric in evaluators if _is_mot_metric(metric.get('type'))]


def _is_mot_metric(kind: object) -> bool:
    """Whether a ``type`` of the config is `MOTMetric` or a class derived from it.

    The type may be a class, a name with a scope (``fairmot_mm.MOTMetric``) or without
    one, or a metric of another package.
    """
    known: object = METRICS.get(kind) if isinstance(kind, str) else kind
    return isinstance(known, type) and issubclass(known, MOTMetric)


def require_free(out: str | None, submission: str | None) -> None:
    """Refuse to replace results of an earlier run in a place that the user names.

    Raises:
        NameTakenError: There are results.
    """
    files = [Path(submission)] if submission else []
    if out and Path(out).is_dir():
        files += sorted([*Path(out).glob('*.txt'), *Path(out).glob('*.json')])
    taken = [file for file in files if file.exists()]
    if taken:
        raise NameTakenError(
            f'{taken[0]} exists; choose another name, or --overwrite to replace '
            'results of an earlier run'
        )


def prepare_runner(args: argparse.Namespace, options: dict | None) -> Runner:
    """Build a Runner whose model holds the checkpoint and runs as the options say.

    Args:
        args: The command line.
        options: Config keys to override, those of inference included.
    """
    cfg = load_run_config(
        args.config,
        options,
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
    setup.leave_out_averaging()
    if not setup.uses_onnx:
        read_state_dict(checkpoint)  # before anything slow is built
    direct_results(cfg, args.out, args.submission)
    runner = build_runner(cfg, 'test')
    setup.finish(getattr(runner.model, 'module', runner.model))
    return runner


def test(args: argparse.Namespace) -> None:
    """Track the test sequences, and score the tracks.

    Raises:
        NameTakenError: Another run is writing results to the same place.
    """
    runner = prepare_runner(args, inference_options(args))
    with ExitStack() as stack:
        if is_main_process():
            for path in output_paths(runner.cfg):
                stack.enter_context(lock_output(path))
        runner.test()


def output_paths(cfg: Config) -> list[Path]:
    """Folders and files that the metrics of a config write, each once.

    Args:
        cfg: The config, after `direct_results`.
    """
    names = [
        metric.get(key)
        for metric in _mot_metrics(cfg)
        for key in ('outfile_prefix', 'submission')
    ]
    return [*dict.fromkeys(Path(name).absolute() for name in names if name)]
