"""Variables of a config: ``${name}`` in a string stands for a value at its top."""

from collections.abc import Iterator
from typing import Any

from mmengine.config import Config

from fairmot_mm.utils.configs.config_files import REFERENCE
from fairmot_mm.utils.errors import ConfigError

# Arguments of mmengine's Runner, which are keys at the top of a config. The Runner
# itself would import torch.
RUNNER_KEYS = {
    *('auto_scale_lr', 'custom_hooks', 'data_preprocessor', 'default_hooks'),
    *('default_scope', 'env_cfg', 'experiment_name', 'launcher', 'load_from'),
    *('log_level', 'log_processor', 'model', 'optim_wrapper', 'param_scheduler'),
    *('randomness', 'resume', 'test_cfg', 'test_dataloader', 'test_evaluator'),
    *('train_cfg', 'train_dataloader', 'val_cfg', 'val_dataloader', 'val_evaluator'),
    *('visualizer', 'work_dir'),
}
# Keys at the top of a config that mmengine or our tools read; any other is a variable
# of the config's author.
READ_KEYS = RUNNER_KEYS | {
    'activation_checkpointing',
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
}


def replace_variables(cfg: Config) -> Config:
    """Put values in place of ``${name}``, whose values may have variables too.

    A string that is nothing but ``${name}`` becomes a copy of the value, whatever its
    type is; in a longer string the value is written out.

    Args:
        cfg: Any config, not changed.

    Returns:
        The config without references.

    Raises:
        ConfigError: A variable is not defined, refers to itself, or is a list or dict
            in the middle of a string.
    """

    def filled(node: Any, inside: tuple[str, ...] = ()) -> Any:
        if isinstance(node, dict):
            return {key: filled(value, inside) for key, value in node.items()}
        if isinstance(node, list | tuple):
            return type(node)([filled(item, inside) for item in node])
        if not isinstance(node, str):
            return node
        whole = REFERENCE.fullmatch(node)
        if whole:
            return value_of(whole[1], inside)
        return REFERENCE.sub(lambda found: written(found[1], inside, node), node)

    def value_of(name: str, inside: tuple[str, ...]) -> Any:
        if name in inside:
            raise ConfigError(f'the variable ${{{name}}} of the config names itself')
        return filled(_find(cfg, name), (*inside, name))

    def written(name: str, inside: tuple[str, ...], text: str) -> str:
        value = value_of(name, inside)
        if isinstance(value, dict | list | tuple):
            raise ConfigError(
                'a variable of the config cannot stand in a longer string: '
                f'${{{name}}} in {text!r} is {value!r}'
            )
        return str(value)

    values = {key: filled(value) for key, value in cfg.items()}
    return Config(values, filename=cfg.filename)


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


def _find(cfg: Config, name: str) -> Any:
    """The value of a dotted key."""
    node: Any = cfg
    for part in name.split('.'):
        if not isinstance(node, dict | Config) or part not in node:
            raise ConfigError(
                f'config uses a variable that it does not define: ${{{name}}}'
            )
        node = node[part]
    return node
