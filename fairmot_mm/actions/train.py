"""Trains the model of a config as a command line says."""

import argparse
from pathlib import Path

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.dist import is_main_process

from fairmot_mm.apis import (
    build_runner,
    find_resume_checkpoint,
    load_run_config,
    require_initial_weights,
    set_num_ids,
)
from fairmot_mm.config.check_run import check_run
from fairmot_mm.utils import ConfigError


def prepare_config(args: argparse.Namespace) -> Config:
    """Read the config and apply the options of the command line."""
    cfg = load_run_config(
        args.config, args.cfg_options, args.work_dir, args.launcher, args.local_rank
    )
    # A config that an older version saved lacks this hook.
    cfg.get('default_hooks', {}).setdefault(
        'flag_exchange', {'type': 'FlagExchangeHook'}
    )
    if args.amp == 'bfloat16':
        cfg.optim_wrapper.type = 'BFloat16OptimWrapper'
    elif args.amp:
        if get_device() == 'cpu':
            raise ConfigError(
                '--amp needs a GPU, and none was found: leave it out, or take --amp '
                'bfloat16'
            )
        cfg.optim_wrapper.type = 'AmpOptimWrapper'
        cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')
    if args.auto_scale_lr:
        if 'base_batch_size' not in cfg.get('auto_scale_lr', {}):
            raise ConfigError('--auto-scale-lr needs auto_scale_lr.base_batch_size')
        cfg.auto_scale_lr.enable = True
    if args.resume:
        auto = args.resume == 'auto'
        newest = find_resume_checkpoint(cfg.work_dir) if auto else Path(args.resume)
        cfg.resume = newest is not None
        if newest is None and is_main_process():
            print(f'no checkpoint in {cfg.work_dir} yet: starting from the beginning')
        if newest is not None:
            cfg.load_from = str(newest)
    # Indexing may take long, so mistakes are reported before it.
    check_run(cfg, 'train')
    require_initial_weights(cfg)
    set_num_ids(cfg)
    return cfg


def train(args: argparse.Namespace) -> None:
    """Train."""
    cfg = prepare_config(args)
    build_runner(cfg, 'train').train()
