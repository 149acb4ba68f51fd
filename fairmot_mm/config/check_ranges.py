"""Checking values that libraries refuse late, in the middle of a run."""

import multiprocessing
from typing import Any

from mmengine.config import Config

from fairmot_mm.config.check_loaders import Mode, loader_names
from fairmot_mm.utils.contracts import require_choice, require_range, require_whole

_OF_TRAINING = ('max_epochs', 'max_iters', 'val_interval')
_LARGEST_SEED = 2**32 - 1  # of numpy


def check_ranges(cfg: Config, mode: Mode) -> None:
    """Check lengths and intervals of loops, the seed, and how processes start.

    Args:
        cfg: Config of a run; keys that it lacks, or that are None, are not checked.
        mode: Whether it trains (and validates) or tests.

    Raises:
        ConfigError: A value is out of its range.
    """
    paths = [f'{loader}.prefetch_factor' for loader in loader_names(mode)]
    if mode == 'train':
        paths += [f'train_cfg.{name}' for name in _OF_TRAINING]
    for path in paths:
        if (number := value_at(cfg, path)) is not None:
            require_whole(**{path: number}, low=1)
    if (seed := value_at(cfg, 'randomness.seed')) is not None:
        require_whole(**{'randomness.seed': seed}, low=0)
        require_range(**{'randomness.seed': seed}, high=_LARGEST_SEED)
    path = 'env_cfg.mp_cfg.mp_start_method'
    if (method := value_at(cfg, path)) is not None:
        require_choice(path, method, multiprocessing.get_all_start_methods())


def value_at(cfg: Config, path: str) -> Any:
    """Give what a config has at a dotted path; None where it ends before.

    Args:
        cfg: Any config.
        path: Keys, as in ``train_cfg.max_epochs``.
    """
    node: Any = cfg
    for key in path.split('.'):
        node = node.get(key) if isinstance(node, dict | Config) else None
    return node
