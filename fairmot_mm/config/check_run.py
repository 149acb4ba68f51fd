"""Checking the components of a config that mmengine's Runner will build."""

from collections.abc import Collection
from typing import Literal

from mmengine.config import Config
from mmengine.registry import Registry
from mmengine.runner import Runner
from mmengine.utils.dl_utils import set_multi_processing

from fairmot_mm.config.check_component import (
    check_arguments,
    check_component,
    entries,
    find_type,
)
from fairmot_mm.config.check_loaders import (
    check_loader,
    loader_names,
    warn_of_unseeded_samples,
)
from fairmot_mm.config.check_parameters import (
    DEFAULT_CONSTRUCTOR,
    check_paramwise_keys,
)
from fairmot_mm.config.check_ranges import check_ranges, value_at
from fairmot_mm.config.check_scores import check_scores
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
from fairmot_mm.utils.configs.suggestion import suggestion
from fairmot_mm.utils.configs.variables import READ_KEYS
from fairmot_mm.utils.errors import ConfigError

# Keys that mmengine reads from dicts at the top of a config; it ignores others.
_KEYS = {
    'auto_scale_lr': ('enable', 'base_batch_size'),
    'env_cfg': ('cudnn_benchmark', 'mp_cfg', 'dist_cfg', 'resource_limit'),
}


def check_run(cfg: Config, mode: Literal['train', 'test']) -> None:
    """Check all that a run will build, much of which the Runner builds late.

    Args:
        cfg: Config of a run.
        mode: Whether it trains (and validates) or tests; the other's keys may be wrong.

    Raises:
        ConfigError: See `check_component`, `check_loader`, `check_ranges` and
            `check_scores`; or a data loader has keys that exclude each other.
    """
    _check_top(cfg)
    _check(cfg, 'model', MODELS)
    for name in cfg.get('default_hooks') or ():
        _check(cfg, f'default_hooks.{name}', HOOKS, extra=['priority'])
    _check(cfg, 'custom_hooks', HOOKS, extra=['priority'])
    _check(cfg, 'visualizer', VISUALIZERS)
    _check(cfg, 'visualizer.vis_backends', VISBACKENDS, given=['save_dir'])
    _check(cfg, 'log_processor', LOG_PROCESSORS)
    if mode == 'train':
        _check_optimization(cfg)
    for loader in loader_names(mode):
        kind = loader.partition('_')[0]
        evaluator = f'{kind}_evaluator'
        added = ['runner', 'dataloader', 'evaluator']
        _check(cfg, f'{kind}_cfg', LOOPS, given=added)
        _check(cfg, f'{loader}.dataset', DATASETS)
        check_loader(cfg, loader)
        _check(cfg, f'{loader}.sampler', DATA_SAMPLERS, given=['dataset', 'seed'])
        added = ['sampler', 'batch_size']
        _check(cfg, f'{loader}.batch_sampler', DATA_SAMPLERS, given=added)
        if value_at(cfg, f'{loader}.batch_sampler') and value_at(
            cfg, f'{loader}.drop_last'
        ):
            raise ConfigError(
                f'{loader}.drop_last is for loaders without a batch_sampler, which '
                f'decides itself what a batch is: set {loader}.drop_last=False'
            )
        if value_at(cfg, f'{evaluator}.metrics') is None:
            _check(cfg, evaluator, METRICS)
        else:
            _check(cfg, evaluator, EVALUATOR, default='Evaluator')
            _check(cfg, f'{evaluator}.metrics', METRICS)
    check_ranges(cfg, mode)
    if mode == 'train':
        check_scores(cfg)
        warn_of_unseeded_samples(cfg)


def _check_top(cfg: Config) -> None:
    """Check the types of the values at the top, and the dicts that are no component."""
    read = {key: value for key, value in cfg.items() if key in READ_KEYS}
    check_arguments(read, Runner, 'the config', also=READ_KEYS)
    check_arguments(cfg.get('randomness'), Runner.set_randomness, 'randomness')
    mp_cfg = value_at(cfg, 'env_cfg.mp_cfg')
    check_arguments(mp_cfg, set_multi_processing, 'env_cfg.mp_cfg')
    for name, known in _KEYS.items():
        for key in cfg.get(name) or ():
            if key not in known:
                raise ConfigError(f'{name} has no key {key!r}' + suggestion(key, known))


def _check_optimization(cfg: Config) -> None:
    """Check optimizer, its wrapper, and the schedules."""
    if isinstance(value_at(cfg, 'optim_wrapper.optimizer'), dict):
        _check(cfg, 'optim_wrapper.optimizer', OPTIMIZERS, given=['params'])
        wrapper = cfg.optim_wrapper
        # Another constructor may have other keys there.
        if wrapper.get('constructor', DEFAULT_CONSTRUCTOR) == DEFAULT_CONSTRUCTOR:
            extra = ['constructor', 'paramwise_cfg']
            default = 'OptimWrapper'
            _check(cfg, 'optim_wrapper', OPTIM_WRAPPERS, extra=extra, default=default)
        elif 'type' in wrapper:
            find_type(wrapper, [OPTIM_WRAPPERS], 'optim_wrapper')
        check_paramwise_keys(cfg)
    extra, given = ['convert_to_iter_based'], ['optimizer', 'param_name']
    _check(cfg, 'param_scheduler', PARAM_SCHEDULERS, given=given, extra=extra)


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
    for node, place in entries(value_at(cfg, path), path):
        if default is not None:
            node = {'type': default, **node}
        check_component(node, registry, place, given=given, extra=extra)
