"""Checking options of a command line, before the classes of their config are known."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from mmengine.config import Config

from fairmot_mm.utils.configs.check_arguments import check_names, check_value
from fairmot_mm.utils.configs.read_config import read_config
from fairmot_mm.utils.configs.variables import replace_variables
from fairmot_mm.utils.configs.written_signature import written_signature
from fairmot_mm.utils.setup_env import SCOPE

# Keys of components that are no arguments: a registry or the Runner takes them out.
_NO_ARGUMENTS = {
    *('type', '_scope_', '_delete_', 'priority', 'convert_to_iter_based'),
    *('constructor', 'paramwise_cfg'),
}
# Places of classes that pass unknown arguments to the class that they extend.
_PASSED_ON = ('log_processor', 'optim_wrapper', 'param_scheduler')
# Classes of dicts without a type, and keys that others take out of them.
_KINDS = {
    'inference': ('InferenceOptions', ()),
    **{
        f'{kind}_dataloader': (
            'DataLoader',
            ('num_batch_per_epoch', 'disable_subprocess_warning'),
        )
        for kind in ('train', 'val', 'test')
    },
}


def check_options(config: str | Path | Config, options: dict[str, Any]) -> None:
    """Check that a config can be read and options lead somewhere in it.

    No component is imported. What only a class itself can tell is left to the check of
    the whole config: the arguments of a class of the user, or those that it passes on.

    Args:
        config: Path of a config, a name of the model zoo, or a `Config`.
        options: Keys to override, dotted.

    Raises:
        ConfigError: The config cannot be read; an option leads nowhere; or a component
            has no such argument or takes another type.
    """
    cfg, _ = read_config(config, options)
    # A module of the user may replace a component under its name.
    if cfg.get('custom_imports') or cfg.get('default_scope', SCOPE) != SCOPE:
        return
    cfg = replace_variables(cfg)
    for key in options:
        _check_option(cfg, key.split('.'))


def _check_option(cfg: Config, parts: list[str]) -> None:
    """Check the components that an option leads through, and the one it ends at."""
    node: Any = cfg._cfg_dict
    place = ''
    for part in parts:
        if isinstance(node, list) and part.isdigit() and int(part) < len(node):
            node, place = node[int(part)], f'{place}[{part}]'
            continue
        if not isinstance(node, dict) or not _check_keys(node, [part], place):
            return
        node, place = node.get(part), f'{place}.{part}' if place else part
        # Inside a component, such a dict is for a function of mmcv.
        if part.endswith('_cfg') and '.' in place:
            return
    if isinstance(node, dict):
        _check_keys(node, [*node], place)


def _check_keys(node: dict, keys: list[str], place: str) -> bool:
    """Check keys of a component; say whether those inside it can be checked."""
    kind = node.get('type')
    where = f'{place}: {kind}'
    others: Collection[str] = _NO_ARGUMENTS
    if place in _KINDS:
        where, (kind, others) = place, _KINDS[place]
    if kind is None:
        return True
    passes_on = place.startswith(_PASSED_ON)
    signature = written_signature(kind, passes_on) if isinstance(kind, str) else None
    if signature is None:
        return False
    package, parameters, takes_any = signature
    for key in keys:
        if key in others:
            continue
        check_names([key], [*parameters], takes_any, where)
        if key in parameters and key in node:
            check_value(node[key], parameters[key], where, package)
    return package != 'mmdet'  # which may do anything with the dicts that it gets
