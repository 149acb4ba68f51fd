"""Reading configs, and telling a user what is wrong with one."""

import difflib
import inspect
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmdet.utils import replace_cfg_vals
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from fairmot_mm.checkpoint.model_zoo import find_config
from fairmot_mm.config.launch import join_processes
from fairmot_mm.registry import DATASETS, SCOPE
from fairmot_mm.utils.atomic import require_writable_dir
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
    option ``data_root`` also moves the data sets of a config that spells their folders
    out, such as one a run saved.

    Args:
        config: Path of a config file, a name of the model zoo, or a `Config`, which is
            left as it is.
        cfg_options: Keys to override, dotted: ``{'model.tracker.track_buffer': 60}``.

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


def load_run_config(
    config: str | Path,
    cfg_options: dict | None = None,
    work_dir: str | None = None,
    launcher: str = 'none',
    local_rank: int = 0,
) -> Config:
    """Read the config of a run of mmengine's Runner, and join its other processes.

    Args:
        config: Path of a config file, or a name of the model zoo.
        cfg_options: Keys to override, see `load_config`.
        work_dir: Folder of the run; by default that of the config, or else
            ``work_dirs/`` and the config's name.
        launcher: How the processes of a distributed run were started.
        local_rank: Number of this process on its machine, where the launcher does not
            say it in the environment.

    Raises:
        ConfigError: See `load_config` and `join_processes`.
        OutputError: The work dir cannot be written.
    """
    os.environ.setdefault('LOCAL_RANK', str(local_rank))
    cfg = load_config(config, cfg_options)
    cfg.launcher = launcher
    join_processes(cfg)
    cfg.work_dir = work_dir or cfg.get('work_dir') or f'work_dirs/{Path(config).stem}'
    require_writable_dir(cfg.work_dir)
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
    """Refuse a top key that is nearly one of those that are read."""
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


@contextmanager
def explain_build_errors() -> Iterator[None]:
    """Turn a wrong key or type met while building from a config into a `ConfigError`.

    Raises:
        ConfigError: A component got an unknown or lacks a required argument, is not
            registered, or needs a package that is not installed.
    """
    try:
        yield
    except ImportError as error:
        if 'pip install' not in str(error):
            raise
        raise ConfigError(
            f'a component of the config lacks its package: {error}'
        ) from (error)
    except TypeError as error:
        if 'argument' not in str(error):
            raise
        raise ConfigError(f'config does not fit a component: {error}') from error
    except KeyError as error:
        if 'registry' not in str(error):
            raise
        raise ConfigError(str(error.args[0])) from error


def set_num_ids(cfg: Config) -> None:
    """Count the identities of the training data and tell the Re-ID head.

    Fills ``model.detector.reid_head.num_ids`` where it is ``None``, so that the config
    a run saves holds the number, or, without ``joint_classes``, those of every class.

    Args:
        cfg: Config of a training run, changed in place.

    Raises:
        ConfigError: The config names a number that is too small for the data, or the
            box head has fewer classes than the data.
        DataError: The data cannot be read.
    """
    reid_head = cfg.model.get('detector', {}).get('reid_head')
    dataset_cfg = cfg.get('train_dataloader', {}).get('dataset')
    if reid_head is None or dataset_cfg is None:
        return
    with explain_build_errors():
        # Indexing needs no transforms, and they may be slow to build.
        dataset = DATASETS.build({**dataset_cfg, 'pipeline': []})
    _check_num_classes(cfg, dataset)
    joint = reid_head.get('joint_classes', True)
    counted = getattr(dataset, 'num_ids' if joint else 'num_ids_per_class', None)
    if counted is None:
        return
    given = reid_head.get('num_ids')
    if given is None:
        reid_head.num_ids = counted
        return
    fits = given >= counted if joint else list(given) == counted
    if not fits:
        raise ConfigError(
            f'model.detector.reid_head.num_ids = {given}, but the training data needs '
            f'{counted}; set it to None to have it counted'
        )


def _check_num_classes(cfg: Config, dataset: Any) -> None:
    """Refuse training data of more classes than the box head has channels."""
    classes = dataset.metainfo.get('classes', ())
    channels = cfg.model.detector.get('bbox_head', {}).get('num_classes', 1)
    if len(classes) > channels:
        raise ConfigError(
            f'the training data has the classes {tuple(classes)}, but '
            f'model.detector.bbox_head.num_classes = {channels}'
        )
