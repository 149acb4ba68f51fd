"""Reading configs."""

import difflib
import inspect
import re
from pathlib import Path
from typing import Any

from mmdet.utils import replace_cfg_vals
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from fairmot_mm.checkpoint.model_zoo import find_config
from fairmot_mm.registry import SCOPE
from fairmot_mm.utils.errors import ConfigError

# Keys at the top of a config that mmengine or our tools read; any other is a variable
# of the config's author.
_KNOWN_KEYS = {
    *inspect.signature(Runner.__init__).parameters,
    'auto_scale_lr',
    'inference',
    'test_pipeline',
    'train_pipeline',
}
_VARIABLE = re.compile(r'\$\{[\w.]+\}')
_MAX_DEPTH = 10  # of variables in the values of variables


def load_config(config: str | Path | Config, cfg_options: dict | None = None) -> Config:
    """Read a config, apply options, and make its scope the default one.

    ``${name}`` in a string stands for the variable ``name`` at the top of the config,
    whichever file or option gave it its last value; a value may have variables too. The
    option ``data_root`` also moves the data sets of a config in which their folders are
    written out, as in one that a run saved.

    Args:
        config: Path of a config file, a name of the model zoo, or a `Config`, which is
            not changed.
        cfg_options: Keys to override, dotted: ``{'model.tracker.track_buffer': 60}``.

    Returns:
        The config, with all variables replaced.

    Raises:
        ConfigError: The file is missing or cannot be read, no model has the name, a key
            at its top is misspelt, or a variable is not defined.
    """
    if isinstance(config, Config):
        cfg = config.copy()
    else:
        path = find_config(config)
        try:
            cfg = Config.fromfile(str(path))
        except Exception as error:  # a config is code: anything can go wrong in it
            raise ConfigError(
                f'config {config} cannot be read: {type(error).__name__}: {error}'
            ) from error
    if cfg_options:
        if 'data_root' in cfg_options and 'data_root' in cfg:
            _move_data_sets(cfg, cfg.data_root, cfg_options['data_root'])
        through = {key for key in cfg_options if _passes_reference(cfg, key)}
        cfg.merge_from_dict({k: v for k, v in cfg_options.items() if k not in through})
        cfg = _replace_variables(cfg)
        cfg.merge_from_dict({key: cfg_options[key] for key in through})
    _check_keys(cfg)
    cfg = _replace_variables(cfg)
    init_default_scope(cfg.get('default_scope', SCOPE))
    return cfg


def _replace_variables(cfg: Config) -> Config:
    """Put values in place of ``${name}``, whose values may have variables too.

    Raises:
        ConfigError: A variable is not defined, or refers to itself.
    """
    for _ in range(_MAX_DEPTH):
        left = _VARIABLE.search(str(cfg.to_dict()))
        try:
            # Once more at the end, so that no two places share a dict.
            cfg = replace_cfg_vals(cfg)
        except KeyError as error:
            raise ConfigError(
                f'config uses a variable that it does not define: ${{{error.args[0]}}}'
            ) from error
        if not left:
            return cfg
    raise ConfigError(f'the variable {left and left[0]} of the config names itself')


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


def _check_keys(cfg: Config) -> None:
    """Refuse a key at the top that is similar to a known key."""
    for key in set(cfg) - _KNOWN_KEYS:
        close = difflib.get_close_matches(key, _KNOWN_KEYS, n=1, cutoff=0.85)
        if close:
            raise ConfigError(
                f'unknown config key {key!r}: did you mean {close[0]!r}? (A variable '
                'of your own needs a name less like a known one.)'
            )


def _move_data_sets(cfg: Config, old: str, new: str) -> None:
    """Let the data sets that lie in folder ``old`` lie in ``new``."""

    def move(node: Any) -> None:
        if isinstance(node, list):
            for item in node:
                move(item)
        elif isinstance(node, dict):
            root = node.get('data_root')
            if isinstance(root, str) and Path(root).is_relative_to(old):
                node['data_root'] = str(Path(new, Path(root).relative_to(old)))
            for value in node.values():
                move(value)

    for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        move(cfg.get(name))
