"""Checking the components of a config that mmengine's Runner will build."""

from collections.abc import Iterator
from typing import Any, Literal

from mmengine.config import Config

from fairmot_mm.config.check_component import check_component, find_type
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
    TRANSFORMS,
    VISBACKENDS,
    VISUALIZERS,
)

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
        check_component(backend, VISBACKENDS, path)
    check_component(cfg.get('log_processor'), LOG_PROCESSORS, 'log_processor')
    if mode == 'train':
        _check_optimization(cfg)
    for kind in ('train', 'val') if mode == 'train' else ('test',):
        loop_cfg = cfg.get(f'{kind}_cfg')
        added = ['runner', 'dataloader', 'evaluator']
        check_component(loop_cfg, LOOPS, f'{kind}_cfg', given=added)
        _check_dataloader(cfg.get(f'{kind}_dataloader'), f'{kind}_dataloader')
        _check_evaluator(cfg, f'{kind}_evaluator')


def check_dataset(node: Any, path: str, *, is_inner: bool = False) -> None:
    """Check a data set, the data sets it wraps, and their transforms.

    Args:
        node: Config of the data set.
        path: Place in the whole config.
        is_inner: Whether another data set builds it, which may add arguments.

    Raises:
        ConfigError: See `check_component`.
    """
    if not isinstance(node, dict):
        return
    check_component(node, DATASETS, path, given=None if is_inner else ())
    check_transforms(node.get('pipeline'), f'{path}.pipeline')
    check_dataset(node.get('dataset'), f'{path}.dataset', is_inner=True)
    for inner, where in _listed(node, 'datasets', f'{path}.'):
        check_dataset(inner, where, is_inner=True)


def check_transforms(steps: Any, path: str) -> None:
    """Check the transforms of a pipeline, and those that some of them hold.

    Args:
        steps: List of configs, or of such lists.
        path: Place in the whole config.

    Raises:
        ConfigError: See `check_component`.
    """
    if not isinstance(steps, list | tuple):
        return
    for number, step in enumerate(steps):
        where = f'{path}[{number}]'
        check_component(step, TRANSFORMS, where)
        inner = step.get('transforms') if isinstance(step, dict) else step
        name = f'{where}.transforms' if isinstance(step, dict) else where
        check_transforms(inner, name)


def _check_dataloader(node: Any, path: str) -> None:
    if not isinstance(node, dict):
        return
    check_dataset(node.get('dataset'), f'{path}.dataset')
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
