"""Turning the values of a config into those that a saved config can hold."""

import math
from collections.abc import Sequence
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.config.lazy import LazyAttr, LazyObject

from fairmot_mm.utils.configs.custom_imports import explain_import_error, find_beside
from fairmot_mm.utils.errors import ConfigError


def plain_config(cfg: Config, folders: Sequence[Path] = ()) -> Config:
    """Turn classes into their names, and refuse what cannot be written down.

    A pure-Python config names components by their classes, as in ``type=JDETracker``
    after an import. A run saves its config as text and reads it again, so a class
    becomes ``'fairmot_mm.models.JDETracker'``, which every registry understands.

    Args:
        cfg: Any config, not changed.
        folders: Where the modules of the classes may lie, too.

    Returns:
        A config of dicts, lists, tuples, strings, numbers, bools and None.

    Raises:
        ConfigError: A value is something else, or an imported name does not exist.
    """
    # Imported names and functions at the top are tools of the file, not values.
    values = {
        key: value
        for key, value in cfg._to_lazy_dict().items()
        if not isinstance(value, FunctionType | ModuleType | LazyObject)
        and not key.startswith('__')
    }
    return Config(_plain(values, '', folders), filename=cfg.filename)


def _plain(value: Any, key: str, folders: Sequence[Path]) -> Any:
    if isinstance(value, dict):
        prefix = f'{key}.' if key else ''
        return ConfigDict(
            {k: _plain(v, f'{prefix}{k}', folders) for k, v in value.items()}
        )
    if isinstance(value, list | tuple):
        items = enumerate(value)
        return type(value)(_plain(v, f'{key}[{k}]', folders) for k, v in items)
    if isinstance(value, LazyObject | LazyAttr):
        value = _import(value, key, folders)
    if isinstance(value, type | FunctionType) and '<' not in value.__qualname__:
        return f'{value.__module__}.{value.__qualname__}'
    if isinstance(value, Path):
        return str(value)
    is_number = isinstance(value, int | float) and math.isfinite(value)
    if value is None or isinstance(value, str) or is_number:
        return value
    raise ConfigError(
        f'{key} = {value!r} cannot be written into the saved config: use numbers, '
        'strings, lists, dicts, and classes or functions'
    )


def _import(lazy: LazyObject | LazyAttr, key: str, folders: Sequence[Path]) -> Any:
    """What an imported name of a config stands for."""
    import fairmot_mm.environment  # noqa: F401, before what the config imports

    try:
        find_beside(str(lazy.module), folders)
        return lazy.build()
    except Exception as error:  # the code of the user: anything can go wrong
        cause = error.__cause__ or error.__context__ or error
        reason = explain_import_error(cause, str(lazy.module))
        raise ConfigError(f'{key}: {lazy} of {lazy.location}: {reason}') from error
