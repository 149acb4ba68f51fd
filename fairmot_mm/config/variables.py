"""Variables of a config: ``${name}`` in a string stands for a value at its top."""

import inspect
from collections.abc import Iterator
from typing import Any

from mmdet.utils import replace_cfg_vals
from mmengine.config import Config
from mmengine.runner import Runner

from fairmot_mm.config.config_files import REFERENCE
from fairmot_mm.utils.errors import ConfigError

# Keys at the top of a config that mmengine or our tools read; any other is a variable
# of the config's author.
READ_KEYS = {
    *inspect.signature(Runner.__init__).parameters,
    'activation_checkpointing',
    'auto_scale_lr',
    'chunk_join',
    'comparisons',
    'compile',
    'custom_imports',
    'efficient_conv_bn_eval',
    'find_unused_parameters',
    'inference',
    'model_wrapper_cfg',
    'search_space',
    'sync_bn',
    'test_pipeline',
    'trackers',
} - {'self', 'cfg'}
_MAX_DEPTH = 10  # of variables in the values of variables


def replace_variables(cfg: Config) -> Config:
    """Put values in place of ``${name}``, whose values may have variables too.

    Args:
        cfg: Any config, not changed.

    Returns:
        The config without references.

    Raises:
        ConfigError: A variable is not defined, refers to itself, or is a list or dict
            in the middle of a string.
    """
    for _ in range(_MAX_DEPTH):
        left = REFERENCE.search(str(cfg.to_dict()))
        try:
            # Once more at the end, so that no two places share a dict.
            cfg = replace_cfg_vals(cfg)
        except (KeyError, TypeError, AttributeError) as error:
            missing = next(name for name in _references(cfg) if not _defines(cfg, name))
            raise ConfigError(
                f'config uses a variable that it does not define: ${{{missing}}}'
            ) from error
        except AssertionError as error:
            raise ConfigError(
                f'a variable of the config cannot stand in a longer string: {error}'
            ) from error
        if not left:
            return cfg
    raise ConfigError(f'the variable {left and left[0]} of the config names itself')


def live_variables(cfg: Config) -> set[str]:
    """Names of the variables that a key uses which mmengine or our tools read.

    Args:
        cfg: A config before its variables are replaced.
    """
    live: set[str] = set()
    names = READ_KEYS & {*cfg}
    while names:
        values = Config({name: cfg[name] for name in names})
        names = {name.split('.')[0] for name in _references(values)} - live
        live |= names
        names &= {*cfg}
    return live


def _references(cfg: Config) -> Iterator[str]:
    yield from REFERENCE.findall(str(cfg.to_dict()))


def _defines(cfg: Config, name: str) -> bool:
    node: Any = cfg
    for part in name.split('.'):
        if not isinstance(node, dict | Config) or part not in node:
            return False
        node = node[part]
    return True
