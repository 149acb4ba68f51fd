"""Track the test sequences of a config and score the tracks."""

import argparse
from pathlib import Path

from mmengine.runner import Runner

from fairmot_mm.apis import (
    explain_build_errors,
    load_checkpoint,
    load_run_config,
    read_state_dict,
)
from fairmot_mm.utils import ConfigError, require_writable_dir
from fairmot_mm.utils.cli import add_runner_arguments, one_line_errors


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='weights: ours or a published FairMOT .pth')
    parser.add_argument(
        '--out',
        metavar='DIR',
        help='folder of the MOT result files (results/ in the work dir)',
    )
    add_runner_arguments(parser)
    return parser.parse_args()


def build_runner(args: argparse.Namespace) -> Runner:
    """A Runner whose model holds the checkpoint, every tensor accounted for."""
    cfg = load_run_config(
        args.config, args.cfg_options, args.work_dir, args.launcher, args.local_rank
    )
    if not cfg.get('test_dataloader') or not cfg.get('test_evaluator'):
        raise ConfigError(f'{args.config} has no test_dataloader and test_evaluator')
    cfg.load_from, cfg.resume = None, False
    read_state_dict(args.checkpoint)  # before anything slow is built
    evaluators = cfg.test_evaluator
    for evaluator in evaluators if isinstance(evaluators, list) else [evaluators]:
        if evaluator.type == 'MOTMetric' and (
            args.out or not evaluator.get('outfile_prefix')
        ):
            evaluator.outfile_prefix = args.out or str(Path(cfg.work_dir, 'results'))
            require_writable_dir(evaluator.outfile_prefix)
    with explain_build_errors():
        runner = Runner.from_cfg(cfg)
    load_checkpoint(getattr(runner.model, 'module', runner.model), args.checkpoint)
    return runner


def main() -> None:
    """Run the tool."""
    args = parse_args()
    with one_line_errors():
        build_runner(args).test()


if __name__ == '__main__':
    main()
