"""Checking the components of a config that mmengine's Runner will build."""

from collections.abc import Collection
from typing import Any, Literal

from mmengine.config import Config
from mmengine.registry import Registry

from fairmot_mm.config.check_component import check_component, entries, find_type
from fairmot_mm.registry import (
    DATA_SAMPLERS,
    DATASETS,
    EVALUATOR,
    HOOKS,
    LOG_PROCESSORS,
    LOOPS,
    METRICS,
    MODELS,
    OPTIM_WRAPPERS,
    OPTIMIZERS,
    PARAM_SCHEDULERS,
    VISBACKENDS,
    VISUALIZERS,
)
from fairmot_mm.utils.errors import ConfigError

_DEFAULT_CONSTRUCTOR = 'DefaultOptimWrapperConstructor'


def check_run(cfg: Config, mode: Literal['train', 'test']) -> None:
    """Check all that a run will build, much of which the Runner builds late.

    Args:
        cfg: Config of a run.
        mode: Whether it trains (and validates) or tests; the other's keys may be wrong.

    Raises:
        ConfigError: See `check_component`; or a data loader has keys that exclude each
            other.
    """
    _check(cfg, 'model', MODELS)
    for name in cfg.get('default_hooks') or ():
        _check(cfg, f'default_hooks.{name}', HOOKS, extra=['priority'])
    _check(cfg, 'custom_hooks', HOOKS, extra=['priority'])
    _check(cfg, 'visualizer', VISUALIZERS)
    _check(cfg, 'visualizer.vis_backends', VISBACKENDS, given=['save_dir'])
    _check(cfg, 'log_processor', LOG_PROCESSORS)
    if mode == 'train':
        _check_optimization(cfg)
    for kind in ('train', 'val') if mode == 'train' else ('test',):
        loader, evaluator = f'{kind}_dataloader', f'{kind}_evaluator'
        added = ['runner', 'dataloader', 'evaluator']
        _check(cfg, f'{kind}_cfg', LOOPS, given=added)
        _check(cfg, f'{loader}.dataset', DATASETS)
        _check(cfg, f'{loader}.sampler', DATA_SAMPLERS, given=['dataset', 'seed'])
        added = ['sampler', 'batch_size']
        _check(cfg, f'{loader}.batch_sampler', DATA_SAMPLERS, given=added)
        if _value(cfg, f'{loader}.batch_sampler') and _value(
            cfg, f'{loader}.drop_last'
        ):
            raise ConfigError(
                f'{loader}.drop_last is for loaders without a batch_sampler, which '
                f'decides itself what a batch is: set {loader}.drop_last=False'
            )
        if _value(cfg, f'{evaluator}.metrics') is None:
            _check(cfg, evaluator, METRICS)
        else:
            _check(cfg, evaluator, EVALUATOR, default='Evaluator')
            _check(cfg, f'{evaluator}.metrics', METRICS)


def _check_optimization(cfg: Config) -> None:
    """Check optimizer, its wrapper, and the schedules."""
    if isinstance(_value(cfg, 'optim_wrapper.optimizer'), dict):
        _check(cfg, 'optim_wrapper.optimizer', OPTIMIZERS, given=['params'])
        wrapper = cfg.optim_wrapper
        # Another constructor may have other keys there.
        if wrapper.get('constructor', _DEFAULT_CONSTRUCTOR) == _DEFAULT_CONSTRUCTOR:
            extra = ['constructor', 'paramwise_cfg']
            default = 'OptimWrapper'
            _check(cfg, 'optim_wrapper', OPTIM_WRAPPERS, extra=extra, default=default)
        elif 'type' in wrapper:
            find_type(wrapper, [OPTIM_WRAPPERS], 'optim_wrapper')
    extra = ['convert_to_iter_based']
    _check(cfg, 'param_scheduler', PARAM_SCHEDULERS, given=['optimizer'], extra=extra)


def _check(
    cfg: Config,
    path: str,
    registry: Registry,
    given: Collection[str] = (),
    extra: Collection[str] = (),
    default: str | None = None,
) -> None:
    """Check the components at a dotted path, see `check_component`.

    ``default`` is the type of a component whose config has none.
    """
    for node, place in entries(_value(cfg, path), path):
        if default is not None:
            node = {'type': default, **node}
        check_component(node, registry, place, given=given, extra=extra)


def _value(cfg: Config, path: str) -> Any:
    """What a config has at a dotted path; ``None`` where it ends before."""
    node: Any = cfg
    for key in path.split('.'):
        node = node.get(key) if isinstance(node, dict | Config) else None
    return node
