"""Trains the model of a config as a command line says."""

import argparse

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.dist import is_main_process

from fairmot_mm.apis import (
    build_runner,
    explain_build_errors,
    find_resume_checkpoint,
    load_run_config,
    require_initial_weights,
    set_num_ids,
)
from fairmot_mm.checkpoint.checkpoint_files import checkpoint_files
from fairmot_mm.config.check_run import check_run
from fairmot_mm.engine.require_hooks import require_hooks
from fairmot_mm.utils import ConfigError


def prepare_config(args: argparse.Namespace) -> Config:
    """Read the config and apply the options of the command line."""
    cfg = load_run_config(
        args.config, args.cfg_options, args.work_dir, args.launcher, args.local_rank
    )
    # A config that an older version saved lacks this hook.
    (cfg.get('default_hooks') or {}).setdefault(
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
    elif _scales_loss(cfg) and get_device() == 'cpu':
        raise ConfigError(
            "optim_wrapper.type='AmpOptimWrapper' (float16) needs a GPU, and none was "
            "found: set optim_wrapper.type='BFloat16OptimWrapper'"
        )
    if args.auto_scale_lr:
        if 'base_batch_size' not in cfg.get('auto_scale_lr', {}):
            raise ConfigError('--auto-scale-lr needs auto_scale_lr.base_batch_size')
        cfg.auto_scale_lr.enable = True
    choose_start(cfg, args.resume)
    # Indexing may take long, so mistakes are reported before it.
    check_run(cfg, 'train')
    require_initial_weights(cfg)
    set_num_ids(cfg)
    return cfg


def _scales_loss(cfg: Config) -> bool:
    """Whether a config has mmengine's wrapper for float16."""
    wrapper = cfg.get('optim_wrapper') or {}
    return str(wrapper.get('type')).rpartition('.')[2] == 'AmpOptimWrapper'


def choose_start(cfg: Config, resume: str | None) -> None:
    """Set the checkpoint that the run continues from.

    Args:
        cfg: Config of the run; changed in place.
        resume: Path of a checkpoint, ``auto`` for the newest one of the run, or None if
            the config decides.

    Raises:
        ConfigError: The config's own ``resume`` is not a truth value.
    """
    hooks = [
        *(cfg.get('default_hooks') or {}).values(),
        *(cfg.get('custom_hooks') or ()),
    ]
    if cfg.get('resume') not in (True, False, None):
        raise ConfigError(f'resume = {cfg.resume!r} must be True or False')
    if resume not in (None, 'auto'):
        cfg.update(resume=True, load_from=resume)
    elif resume or (cfg.get('resume') and not cfg.get('load_from')):
        newest = find_resume_checkpoint(cfg.work_dir, hooks)
        cfg.resume = newest is not None
        if newest is not None:
            cfg.load_from = str(newest)
        elif is_main_process():
            print(f'no checkpoint in {cfg.work_dir} yet: starting from the beginning')
    elif not cfg.get('resume') and is_main_process():
        files = checkpoint_files(cfg.work_dir, hooks)
        old = [path.name for path, named in files.items() if named]
        if old:
            print(
                f'warning: {cfg.work_dir} has checkpoints of an earlier training '
                f'({old[0]} ...), and this training overwrites those of the same name: '
                '--resume continues the earlier one, another --work-dir keeps it'
            )


def train(args: argparse.Namespace) -> None:
    """Train."""
    cfg = prepare_config(args)
    runner = build_runner(cfg, 'train')
    require_hooks(runner)
    with explain_build_errors(cfg.to_dict()):
        runner.train()
