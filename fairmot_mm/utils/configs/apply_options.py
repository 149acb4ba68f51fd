"""Overriding keys of a config."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict

from fairmot_mm.utils.configs.suggestion import suggestion
from fairmot_mm.utils.configs.variables import (
    READ_KEYS,
    live_variables,
    replace_variables,
)
from fairmot_mm.utils.errors import ConfigError

_DATA_LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def apply_options(cfg: Config, options: dict[str, Any]) -> Config:
    """Override keys of a config.

    The option ``data_root`` also moves the data sets of a config in which their folders
    are written out, as in one that a run saved.

    Args:
        cfg: A config before its variables are replaced; changed in place.
        options: New values of dotted keys; a number is a place in a list. A dict is
            merged into the dict that is there, unless it has ``_delete_=True``.

    Returns:
        The config, in which variables may be replaced.

    Raises:
        ConfigError: A key leads nowhere, or is one that nothing reads.
    """
    moved = 'data_root' in options and _move_data_sets(cfg, options['data_root'])
    through = {key for key in options if _passes_reference(cfg, key)}
    for key in options.keys() - through:
        _set(cfg, key, options[key])
    _check_read(cfg, {*options} - ({'data_root'} if moved else set()))
    if through:
        cfg = replace_variables(cfg)
        for key in through:
            _set(cfg, key, options[key])
    return cfg


def _set(cfg: Config, key: str, value: Any) -> None:
    """Set the value of a dotted key."""
    *path, last = key.split('.')
    node: Any = cfg
    done = ''
    for part in path:
        place = _place(node, part, done, key)
        if isinstance(node, dict | Config) and part not in node:
            node[part] = ConfigDict()
        node, done = node[place], f'{done}.{part}' if done else part
    place = _place(node, last, done, key)
    old = node.get(last) if isinstance(node, dict | Config) else None
    if not isinstance(value, dict):
        node[place] = value
    elif isinstance(old, ConfigDict):
        old.merge(value)
    else:
        node[place] = ConfigDict({k: v for k, v in value.items() if k != '_delete_'})


def _place(node: Any, part: str, done: str, key: str) -> str | int:
    """Key of a dict or place in a list that a part of an option stands for."""
    if isinstance(node, dict | Config):
        return part
    if not isinstance(node, list):
        raise ConfigError(
            f'option {key}: {done} is {node!r}, which has no key {part!r}; set {done} '
            f'as a whole, as in {done}=dict({part}=...)'
        )
    if not part.isdigit() or int(part) >= len(node):
        raise ConfigError(
            f'option {key}: {done} is a list of {len(node)}, and {part} is no place '
            f'from 0 to {len(node) - 1}'
            if node
            else f'option {key}: {done} is an empty list; set it as a whole'
        )
    return int(part)


def _passes_reference(cfg: Config, key: str) -> bool:
    """Whether a dotted key leads into the value of a ``${name}``."""
    node: Any = cfg
    for part in key.split('.'):
        if isinstance(node, str):
            return node.startswith('${')
        if isinstance(node, (list, tuple)) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
        elif isinstance(node, (dict, Config)) and part in node:
            node = node[part]
        else:
            return False
    return False


def _check_read(cfg: Config, keys: set[str]) -> None:
    """Refuse options that change a variable, or add a key, that nothing reads."""
    tops = {key: key.split('.')[0] for key in keys}
    unknown = {key for key, top in tops.items() if top not in READ_KEYS}
    live = live_variables(cfg) if unknown else set()
    for key in sorted(key for key in unknown if tops[key] not in live):
        places = find_places(cfg, key)
        raise ConfigError(
            f'option {key} would change nothing: no part of the config uses '
            f'{tops[key]!r}' + suggestion(key, READ_KEYS, places, show_all=False)
        )


def find_places(cfg: Config, key: str) -> list[str]:
    """Find the dotted keys of a config that end with a dotted key.

    Args:
        cfg: The config.
        key: End of the dotted keys.
    """
    read = {name: value for name, value in cfg.items() if name in READ_KEYS}
    return [place for place in _dotted(read, '') if f'.{place}'.endswith(f'.{key}')]


def _dotted(node: Any, prefix: str) -> Iterator[str]:
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        yield f'{prefix}{key}'
        if isinstance(value, dict | list | tuple):
            yield from _dotted(value, f'{prefix}{key}.')


def _move_data_sets(cfg: Config, new: str) -> bool:
    """Let the data sets below ``data_root`` lie in ``new``; say if there are any."""
    old, moved = cfg.get('data_root'), False

    def move(node: Any) -> None:
        nonlocal moved
        if isinstance(node, list):
            for item in node:
                move(item)
        elif isinstance(node, dict):
            root = node.get('data_root')
            if isinstance(root, str) and Path(root).is_relative_to(str(old)):
                node['data_root'] = str(Path(new, Path(root).relative_to(str(old))))
                moved = True
            for value in node.values():
                move(value)

    if old is not None:
        for name in _DATA_LOADERS:
            move(cfg.get(name))
    return moved
