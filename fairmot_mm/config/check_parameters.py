"""Checking the names of parts of the network that a config chooses."""

from typing import Any

from mmengine.config import Config
from torch import nn

from fairmot_mm.utils.configs.suggestion import suggestion
from fairmot_mm.utils.errors import ConfigError

DEFAULT_CONSTRUCTOR = 'DefaultOptimWrapperConstructor'
# What mmengine's constructor reads from paramwise_cfg; it ignores other keys.
_PARAMWISE_KEYS = (
    'bias_lr_mult',
    'bias_decay_mult',
    'norm_decay_mult',
    'flat_decay_mult',
    'dwconv_decay_mult',
    'dcn_offset_lr_mult',
    'bypass_duplicate',
    'custom_keys',
)


def check_paramwise_keys(cfg: Config) -> None:
    """Refuse keys of ``optim_wrapper.paramwise_cfg`` that nothing reads.

    Args:
        cfg: Config of a training run.

    Raises:
        ConfigError: A key is unknown.
    """
    wrapper = cfg.get('optim_wrapper') or {}
    if wrapper.get('constructor', DEFAULT_CONSTRUCTOR) != DEFAULT_CONSTRUCTOR:
        return  # it may read other keys
    for key in wrapper.get('paramwise_cfg') or {}:
        if key not in _PARAMWISE_KEYS:
            raise ConfigError(
                f'optim_wrapper.paramwise_cfg has no key {key!r}'
                + suggestion(key, _PARAMWISE_KEYS)
            )


def check_parameters(cfg: Config, model: nn.Module) -> None:
    """Make sure that the parts of the network that a training config names exist.

    Args:
        cfg: Config of a training run.
        model: The network, as it was built.

    Raises:
        ConfigError: A key of ``paramwise_cfg.custom_keys`` is in no parameter's name,
            or ``activation_checkpointing`` names no module.
    """
    names = [name for name, _ in model.named_parameters()]
    paramwise: Any = (cfg.get('optim_wrapper') or {}).get('paramwise_cfg') or {}
    modules = [name for name, _ in model.named_modules() if name]
    for key in paramwise.get('custom_keys') or {}:
        if not any(key in name for name in names):
            raise ConfigError(
                f'optim_wrapper.paramwise_cfg.custom_keys: no parameter has {key!r} in '
                'its name' + _similar(key, modules)
            )
    for option in ('activation_checkpointing', 'efficient_conv_bn_eval'):
        chosen = cfg.get(option) or []
        for name in [chosen] if isinstance(chosen, str) else chosen:
            if name not in modules:
                raise ConfigError(
                    f'{option}: the model has no module {name!r}'
                    + _similar(name, modules)
                )


def _similar(name: str, modules: list[str]) -> str:
    """Suggest a module by its whole name or by its last part."""
    parts = {part for module in modules for part in (module, module.split('.')[-1])}
    return suggestion(name, sorted(parts), show_all=False)
