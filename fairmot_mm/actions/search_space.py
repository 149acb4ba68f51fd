"""The values that a search for settings of a tracker tries."""

import argparse
import ast
from collections.abc import Mapping
from typing import Any

from mmengine.registry import Registry

from fairmot_mm.apis import load_config
from fairmot_mm.registry import MODELS, TASK_UTILS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.setup_env import register_all_modules
from fairmot_mm.utils.tunable import Tunable, Values


def is_range(values: Any) -> bool:
    """Whether values are (LOW, HIGH), two numbers in ascending order."""
    match values:
        case (int() | float() as low, int() | float() as high):
            return low < high
    return False


def read_space(args: argparse.Namespace, tracker: Mapping) -> dict[str, Values]:
    """Read the search space of file and command line, or ask the components.

    Args:
        args: `space`, a file or None, and `param`, texts KEY=VALUES.
        tracker: Config of the tracker.

    Returns:
        Ranges and choices by key of the tracker.

    Raises:
        ConfigError: There is none, or it holds what is no range and no choice.
    """
    space: dict[str, Values] = {}
    if args.space:
        try:
            space |= load_config(args.space).search_space
        except AttributeError as error:
            raise ConfigError(f'{args.space} has no search_space') from error
    for text in args.param:
        key, _, values = text.partition('=')
        try:
            space[key] = ast.literal_eval(values)
        except (ValueError, SyntaxError) as error:
            raise ConfigError(
                f'--param {text}: write KEY=(LOW, HIGH) or KEY=[CHOICE, ...]'
            ) from error
    if not space:
        register_all_modules()
        space = space_of(tracker)
    if not space:
        raise ConfigError(
            f'{tracker["type"]} and its parts state no search_space: name the values '
            'with --space or --param'
        )
    for key, values in space.items():
        if not ((isinstance(values, list) and values) or is_range(values)):
            raise ConfigError(
                f'{key}={values!r} of the search space is neither (LOW, HIGH) nor a '
                'list of choices'
            )
    return space


def holds(values: Values, value: Any) -> bool:
    """Whether a value is one of the choices, or lies in the range (LOW, HIGH)."""
    if isinstance(values, list):
        return value in values
    low, high = values
    return isinstance(value, int | float) and low <= value <= high


def value_at(cfg: Mapping, key: str) -> Any:
    """Look up what a config sets a key to.

    Args:
        cfg: Config of a tracker.
        key: Key as in a search space, such as ``stages.0.cost_thr``.

    Returns:
        The value; None where the config does not say.
    """
    value: Any = cfg
    for name in key.split('.'):
        if isinstance(value, list | tuple):
            value = value[int(name)]
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def narrow(
    space: Mapping[str, Values], tracker: Mapping, share: float
) -> dict[str, Values]:
    """Keep the part of each range that is near the value of a tracker.

    Args:
        space: Ranges and choices by key.
        tracker: Config of the tracker.
        share: Width of the part, as a share of the range, in (0, 1).

    Returns:
        The same keys. Choices, and ranges of parameters that the tracker does not name,
        are as before. A value outside of its range is in the part, too.

    Raises:
        ConfigError: ``share`` is not above 0 and below 1.
    """
    if not 0 < share < 1:
        raise ConfigError(f'--around {share}: a number above 0 and below 1')
    near: dict[str, Values] = {}
    for key, values in space.items():
        now = value_at(tracker, key)
        near[key] = values
        if isinstance(values, list) or not isinstance(now, int | float):
            continue
        low, high = values
        reach = share / 2 * (high - low)
        if isinstance(low, int) and isinstance(high, int):
            reach = max(round(reach), 1)
        near[key] = min(max(low, now - reach), now), max(min(high, now + reach), now)
    return near


def space_of(
    cfg: Mapping, registry: Registry = MODELS, prefix: str = ''
) -> dict[str, Values]:
    """Ask a component and its parts what a search may set them to, see `Tunable`.

    Args:
        cfg: Config of the component.
        registry: Registry of its ``type``; that of the parts is TASK_UTILS.
        prefix: What stands before its keys.

    Returns:
        Ranges and choices by key.
    """
    component = cfg['type']
    if isinstance(component, str):
        component = registry.get(component)
    space: dict[str, Values] = {}
    if isinstance(component, Tunable):
        own = component.search_space(cfg)
        space |= {f'{prefix}{key}': values for key, values in own.items()}
    for key, value in cfg.items():
        parts = enumerate(value) if isinstance(value, list | tuple) else [('', value)]
        for place, part in parts:
            if isinstance(part, Mapping) and 'type' in part:
                inner = f'{prefix}{key}.' if place == '' else f'{prefix}{key}.{place}.'
                space |= space_of(part, TASK_UTILS, inner)
    return space
