"""Reading configs."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.registry import init_default_scope

from fairmot_mm.registry import SCOPE
from fairmot_mm.utils.configs.config_files import ConfigFile, config_files
from fairmot_mm.utils.configs.custom_imports import import_custom_modules
from fairmot_mm.utils.configs.read_config import read_config
from fairmot_mm.utils.configs.variables import replace_variables
from fairmot_mm.utils.model_zoo import find_config


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
    cfg, folders = read_config(config, cfg_options)
    if not isinstance(config, Config):
        _tell_replaced_hooks(cfg, [*config_files(find_config(config))])
    import_custom_modules(cfg.get('custom_imports'), folders)
    cfg = replace_variables(cfg)
    init_default_scope(cfg.get('default_scope') or SCOPE)
    return cfg


def _tell_replaced_hooks(cfg: Config, files: Sequence[ConfigFile]) -> None:
    """Warn of hooks of a base that the list of a child replaces."""
    if not files:  # of another format than Python code
        return
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
