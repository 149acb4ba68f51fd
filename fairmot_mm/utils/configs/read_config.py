"""Reading the file of a config, with the options that override it."""

import copy
import difflib
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config, lazy

from fairmot_mm.utils.configs.apply_options import apply_options, find_places
from fairmot_mm.utils.configs.config_files import ConfigFile, config_files
from fairmot_mm.utils.configs.plain_values import plain_config
from fairmot_mm.utils.configs.variables import READ_KEYS, live_variables
from fairmot_mm.utils.errors import ConfigError
from fairmot_mm.utils.model_zoo import find_config

_KNOWN_KEYS = READ_KEYS | {'train_pipeline', 'tta_model', 'tta_pipeline'}


def read_config(
    config: str | Path | Config, options: dict[str, Any] | None = None
) -> tuple[Config, list[Path]]:
    """Read a config and apply options, without importing what the config names.

    Args:
        config: See `fairmot_mm.apis.load_config`.
        options: Keys to override, dotted.

    Returns:
        The config with its variables, and the folders where its modules may lie.

    Raises:
        ConfigError: The file is missing or cannot be read, no model has the name, a key
            at its top is misspelt or changes nothing, or an option leads nowhere.
    """
    if isinstance(config, Config):
        cfg, folders = copy.deepcopy(config), [Path.cwd()]
    else:
        cfg, folders = _read(find_config(config), config)
    if options:
        cfg = apply_options(cfg, options)
    _check_keys(cfg)
    return cfg, folders


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
