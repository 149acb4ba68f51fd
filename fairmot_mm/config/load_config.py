"""Reading configs."""

import copy
import difflib
import logging
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config, lazy
from mmengine.logging import print_log
from mmengine.registry import init_default_scope

from fairmot_mm.config.apply_options import apply_options, find_places
from fairmot_mm.config.config_files import ConfigFile, config_files
from fairmot_mm.config.custom_imports import import_custom_modules
from fairmot_mm.config.plain_values import plain_config
from fairmot_mm.config.variables import READ_KEYS, live_variables, replace_variables
from fairmot_mm.registry import SCOPE
from fairmot_mm.utils.errors import ConfigError
from fairmot_mm.utils.model_zoo import find_config

_KNOWN_KEYS = READ_KEYS | {'train_pipeline', 'tta_model', 'tta_pipeline'}


def load_config(config: str | Path | Config, cfg_options: dict | None = None) -> Config:
    """Read a config, apply options, and make its scope the default one.

    ``${name}`` in a string stands for the variable ``name`` at the top of the config,
    whichever file or option gave it its last value; a value may have variables too.
    Modules of ``custom_imports`` may lie beside the config or the configs that it
    inherits from.

    Args:
        config: Path of a config file, a name of the model zoo, or a `Config`, which is
            not changed. A file may also be mmengine's pure-Python config, which imports
            its bases (``with read_base():``) and its classes.
        cfg_options: Keys to override, dotted: ``{'model.tracker.track_buffer': 60}``.

    Returns:
        The config, with all variables replaced.

    Raises:
        ConfigError: The file is missing or cannot be read, no model has the name, a key
            at its top is misspelt or changes nothing, a variable is not defined, an
            option leads nowhere, or a module cannot be imported.
    """
    if isinstance(config, Config):
        cfg, folders = copy.deepcopy(config), [Path.cwd()]
    else:
        cfg, folders = _read(find_config(config), config)
    if cfg_options:
        cfg = apply_options(cfg, cfg_options)
    _check_keys(cfg)
    import_custom_modules(cfg.get('custom_imports'), folders)
    cfg = replace_variables(cfg)
    init_default_scope(cfg.get('default_scope') or SCOPE)
    return cfg


def _read(path: Path, name: str | Path) -> tuple[Config, list[Path]]:
    """Read a file and its bases; also give the folders where its modules may lie."""
    try:
        cfg = Config.fromfile(str(path), import_custom_modules=False)
        files = [*config_files(path)]
    except Exception as error:  # a config is code: anything can go wrong in it
        raise ConfigError(f'config {name} cannot be read: {_explain(error)}') from error
    folders = [*dict.fromkeys(file.path.parent for file in files), Path.cwd()]
    cfg = plain_config(cfg, folders)
    if files:
        _check_variables(cfg, files)
        _tell_replaced_hooks(cfg, files)
    return cfg, folders


def _explain(error: Exception) -> str:
    """Say what is wrong in a config file, with the line where it is known."""
    frames = traceback.extract_tb(error.__traceback__)
    text = f'{type(error).__name__}: {" ".join(str(error).split())}'
    if frames[-1].name == '__call__' and frames[-1].filename == lazy.__file__:
        text = 'a pure-Python config cannot call what it imports; write the value'
    own = [frame for frame in frames if frame.name == '<module>']
    return f'{text} ({own[-1].filename}, line {own[-1].lineno})' if own else text


def _check_keys(cfg: Config) -> None:
    """Refuse a key at the top that is similar to a known key, unless it is private."""
    for key in set(cfg) - _KNOWN_KEYS:
        if key.startswith('_'):
            continue
        close = difflib.get_close_matches(key, _KNOWN_KEYS, n=1, cutoff=0.85)
        if close:
            raise ConfigError(
                f'unknown config key {key!r}: did you mean {close[0]!r}? (A variable '
                'of your own needs a name less like a known one.)'
            )


def _check_variables(cfg: Config, files: Sequence[ConfigFile]) -> None:
    """Refuse variables of the first file that look as if they changed something.

    They have the name of a variable of a base, or of a key inside the config, and
    nothing uses the new value.
    """
    first, *bases = files
    if not bases:
        return
    unused = first.assigned() - first.used() - _KNOWN_KEYS - live_variables(cfg)
    for name in sorted(unused):
        places = find_places(cfg, name)
        if places or any(name in base.assigned() for base in bases):
            place = places[0] if places else 'the key that should change'
            raise ConfigError(
                f'{first.path}: {name!r} changes nothing, because no part of the '
                f'config uses it: set {place} itself'
            )


def _tell_replaced_hooks(cfg: Config, files: Sequence[ConfigFile]) -> None:
    """Warn of hooks of a base that the list of a child replaces."""
    first, *bases = files
    if 'custom_hooks' not in first.assigned() - first.used():
        return
    base = next((file for file in bases if 'custom_hooks' in file.assigned()), None)
    if base is None:
        return
    before = _types(Config.fromfile(base.path, import_custom_modules=False))
    lost = [kind for kind in before if kind not in _types(cfg)]
    if lost:
        print_log(
            f'custom_hooks of {first.path} replaces that of {base.path}: '
            f'{", ".join(lost)} is left out. To keep it, write custom_hooks = '
            '[*_base_.custom_hooks, ...], or name your hooks in the dict default_hooks',
            logger='current',
            level=logging.WARNING,
        )


def _types(cfg: Config) -> list[str]:
    """Names of the custom hooks of a config."""
    hooks: list[Any] = cfg.get('custom_hooks') or []
    return [str(hook.get('type')) for hook in hooks if isinstance(hook, dict)]
