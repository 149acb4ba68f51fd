"""Reading configs."""

from pathlib import Path

from mmengine.config import Config
from mmengine.registry import init_default_scope

from fairmot_mm.registry import SCOPE
from fairmot_mm.utils.configs.custom_imports import import_custom_modules
from fairmot_mm.utils.configs.read_config import read_config
from fairmot_mm.utils.configs.variables import replace_variables


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
    import_custom_modules(cfg.get('custom_imports'), folders)
    cfg = replace_variables(cfg)
    init_default_scope(cfg.get('default_scope') or SCOPE)
    return cfg
