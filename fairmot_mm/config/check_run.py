"""Checking the components of a config that mmengine's Runner will build."""

from collections.abc import Iterator
from typing import Any, Literal

from mmengine.config import Config
from mmengine.registry import Registry

from fairmot_mm.config.check_component import (
    check_component,
    find_type,
    package_of,
)
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
    SCOPE,
    TRANSFORMS,
    VISBACKENDS,
    VISUALIZERS,
)

# Their data sets build what is inside of them as it is.
_PACKAGES = ('mmengine', 'mmdet', SCOPE)
_DEFAULT_CONSTRUCTOR = 'DefaultOptimWrapperConstructor'


def check_run(cfg: Config, mode: Literal['train', 'test']) -> None:
    """Check all that a run will build, much of which the Runner builds late.

    Args:
        cfg: Config of a run.
        mode: Whether it trains (and validates) or tests; the other's keys may be wrong.

    Raises:
        ConfigError: See `check_component`.
    """
    check_component(cfg.get('model'), MODELS, 'model')
    for name, hook in (cfg.get('default_hooks') or {}).items():
        check_component(hook, HOOKS, f'default_hooks.{name}', extra=['priority'])
    for hook, path in _listed(cfg, 'custom_hooks'):
        check_component(hook, HOOKS, path, extra=['priority'])
    visualizer = cfg.get('visualizer') or {}
    check_component(visualizer, VISUALIZERS, 'visualizer')
    for backend, path in _listed(visualizer, 'vis_backends', 'visualizer.'):
        check_component(backend, VISBACKENDS, path, given=['save_dir'])
    check_component(cfg.get('log_processor'), LOG_PROCESSORS, 'log_processor')
    if mode == 'train':
        _check_optimization(cfg)
    for kind in ('train', 'val') if mode == 'train' else ('test',):
        loop_cfg = cfg.get(f'{kind}_cfg')
        added = ['runner', 'dataloader', 'evaluator']
        check_component(loop_cfg, LOOPS, f'{kind}_cfg', given=added)
        _check_dataloader(cfg.get(f'{kind}_dataloader'), f'{kind}_dataloader')
        _check_evaluator(cfg, f'{kind}_evaluator')


def _check_dataset(node: Any, path: str, *, is_inner: bool = False) -> None:
    """Check a data set, the data sets that it wraps, and their transforms.

    Args:
        node: Config of the data set.
        path: Place in the whole config.
        is_inner: Whether another data set builds it, which may add arguments.

    Raises:
        ConfigError: See `check_component`.
    """
    check_component(node, DATASETS, path, given=None if is_inner else ())
    if not _is_of(node, DATASETS, _PACKAGES, path):
        return
    for step, where in _listed(node, 'pipeline', f'{path}.'):
        _check_transform(step, where)
    for key in ('dataset', 'datasets'):
        for inner, where in _listed(node, key, f'{path}.'):
            _check_dataset(inner, where, is_inner=True)


def _check_transform(node: Any, path: str) -> None:
    """Check a transform, or a list of them, and those that it applies.

    Args:
        node: Config of the transform.
        path: Place in the whole config.

    Raises:
        ConfigError: See `check_component`.
    """
    check_component(node, TRANSFORMS, path)
    if isinstance(node, list | tuple):
        for number, step in enumerate(node):
            _check_transform(step, f'{path}[{number}]')
    # That of mmdet takes transforms of albumentations.
    elif _is_of(node, TRANSFORMS, ('mmcv', SCOPE), path):
        for step, where in _listed(node, 'transforms', f'{path}.'):
            _check_transform(step, where)


def _is_of(node: Any, registry: Registry, packages: tuple[str, ...], path: str) -> bool:
    """Whether a component is one of these packages, whose ways are known."""
    if not isinstance(node, dict) or 'type' not in node:
        return False
    return package_of(find_type(node, [registry], path)) in packages


def _check_dataloader(node: Any, path: str) -> None:
    if not isinstance(node, dict):
        return
    _check_dataset(node.get('dataset'), f'{path}.dataset')
    for name, added in (
        ('sampler', ['dataset', 'seed']),
        ('batch_sampler', ['sampler', 'batch_size']),
    ):
        check_component(node.get(name), DATA_SAMPLERS, f'{path}.{name}', given=added)


def _check_evaluator(cfg: Config, name: str) -> None:
    node = cfg.get(name)
    if isinstance(node, dict) and 'metrics' in node:
        check_component({'type': 'Evaluator', **node}, EVALUATOR, name)
        for metric, path in _listed(node, 'metrics', f'{name}.'):
            check_component(metric, METRICS, path)
        return
    for metric, path in _listed(cfg, name):
        check_component(metric, METRICS, path)


def _check_optimization(cfg: Config) -> None:
    """Check optimizer, its wrapper, and the schedules."""
    wrapper = cfg.get('optim_wrapper')
    if isinstance(wrapper, dict) and isinstance(wrapper.get('optimizer'), dict):
        path, optimizer = 'optim_wrapper', wrapper['optimizer']
        check_component(optimizer, OPTIMIZERS, f'{path}.optimizer', given=['params'])
        # Another constructor may have keys of its own there.
        if wrapper.get('constructor', _DEFAULT_CONSTRUCTOR) == _DEFAULT_CONSTRUCTOR:
            node = {'type': 'OptimWrapper', **wrapper}
            extra = ['constructor', 'paramwise_cfg']
            check_component(node, OPTIM_WRAPPERS, path, extra=extra)
        elif 'type' in wrapper:
            find_type(wrapper, [OPTIM_WRAPPERS], path)
    for schedule, path in _listed(cfg, 'param_scheduler'):
        check_component(
            schedule,
            PARAM_SCHEDULERS,
            path,
            given=['optimizer'],
            extra=['convert_to_iter_based'],
        )


def _listed(cfg: Any, key: str, before: str = '') -> Iterator[tuple[Any, str]]:
    """Items of ``cfg[key]``, be it a list or one item, each with its place.

    Args:
        cfg: A config.
        key: A key that it need not have.
        before: Place of ``cfg``, with a dot behind it.

    Yields:
        Item and place.
    """
    value = cfg.get(key)
    if isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield item, f'{before}{key}[{number}]'
    elif value is not None:
        yield value, f'{before}{key}'
