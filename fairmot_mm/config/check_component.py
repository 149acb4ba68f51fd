"""Comparing the config of a component with the signature of its class."""

import difflib
import inspect
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mmengine.registry import Registry

from fairmot_mm.registry import MODELS, SCOPE, TASK_UTILS
from fairmot_mm.utils.errors import ConfigError

# Keys of a component's config that mmengine's registries take out before they build it.
_OF_REGISTRY = ('type', '_scope_')
# Where the parts of a model are looked up.
_OF_MODELS = (MODELS, TASK_UTILS)


@dataclass(frozen=True)
class Arguments:
    """What a class or function can be called with, by name.

    Attributes:
        named: Names of its parameters.
        required: Those of them without a default.
        takes_any: Whether it has ``**kwargs``, whose names only its code knows.
    """

    named: tuple[str, ...]
    required: tuple[str, ...]
    takes_any: bool

    @classmethod
    def of(cls, component: Callable[..., Any]) -> 'Arguments':
        """Read the signature of a component.

        Args:
            component: A class or function. One that is decorated, or written in C, is
                taken to accept anything: it may know other names for its parameters.
        """
        try:
            signature = inspect.signature(component, follow_wrapped=False)
        except (TypeError, ValueError):
            return cls((), (), takes_any=True)
        parameters = signature.parameters.values()
        by_name = [
            p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
        ]
        return cls(
            tuple(p.name for p in by_name),
            tuple(p.name for p in by_name if p.default is p.empty),
            any(p.kind is p.VAR_KEYWORD for p in parameters),
        )


def check_component(
    node: Any,
    registry: Registry,
    path: str,
    *,
    given: Collection[str] | None = (),
    extra: Collection[str] = (),
) -> None:
    """Check type and keys of a component's config, and of the parts of a model.

    The parts are those that our own models and trackers build (detector, backbone,
    camera motion, ...). What a class of another package does with the dicts that it
    gets, only that class knows.

    Args:
        node: Config of the component; anything but a dict with a ``type`` passes.
        registry: Where its type is looked up.
        path: Place in the whole config, as in ``model.detector``, for messages.
        given: Arguments that whoever builds the component adds; with ``None`` any.
        extra: Keys that whoever builds the component takes out before.

    Raises:
        ConfigError: The type is not registered; a key is no argument of the component;
            or an argument without a default is missing.
    """
    if not isinstance(node, dict) or 'type' not in node:
        return
    component = find_type(node, [registry], path)
    arguments, name = Arguments.of(component), _name_of(component)
    keys = [key for key in node if key not in (*_OF_REGISTRY, *extra)]
    for key in keys:
        if not arguments.takes_any and key not in arguments.named:
            raise ConfigError(
                f'{path}: {name} has no argument {key!r}'
                + _suggestion(key, arguments.named)
            )
    missing = [] if given is None else {*arguments.required} - {*keys, *given}
    if missing:
        listed = ', '.join(repr(key) for key in arguments.required if key in missing)
        raise ConfigError(f'{path}: {name} lacks the required arguments: {listed}')
    if registry not in _OF_MODELS:
        return
    for child, where in _parts(node, component, path):
        found = find_type(child, _OF_MODELS, where)
        if found is _lookup(child, MODELS):
            check_component(child, MODELS, where)
        else:  # a part of a tracker: the tracker adds arguments
            check_component(child, TASK_UTILS, where, given=None)


def find_type(
    node: dict, registries: Sequence[Registry], path: str
) -> Callable[..., Any]:
    """Look up the class or function that the ``type`` of a config names.

    Args:
        node: A dict with ``type``: a name, or the class or function itself.
        registries: Where a name is looked up, in this order.
        path: See `check_component`.

    Raises:
        ConfigError: No registry has the name; similar names are shown.
    """
    for registry in registries:
        found = _lookup(node, registry)
        if found is not None:
            return found
    names = ' or '.join(registry.name for registry in registries)
    known = [name for registry in registries for name in _registered(registry)]
    raise ConfigError(
        f'{path}.type: {node["type"]} is not in the {names} registry'
        + _suggestion(node['type'], known, show_all=False)
        + '. A component of your own is registered by importing its file '
        '(custom_imports)'
    )


def _lookup(node: dict, registry: Registry) -> Callable[..., Any] | None:
    kind = node['type']
    if not isinstance(kind, str):
        return kind if callable(kind) else None
    with registry.switch_scope_and_registry(node.get('_scope_')) as own:
        return own.get(kind)


def _registered(registry: Registry | None) -> Iterator[str]:
    """Names of a registry and of those that it inherits from."""
    while registry is not None:
        yield from registry.module_dict
        registry = registry.parent


def _parts(node: dict, component: Any, path: str) -> Iterator[tuple[dict, str]]:
    """Configs of the components that a class of this package builds as they are.

    Args:
        node: Config of the component.
        component: Its class.
        path: Place of ``node``.

    Yields:
        Config and place of each.
    """
    if package_of(component) != SCOPE:
        return
    for key, value in node.items():
        if key.endswith('_cfg'):  # for functions of mmcv and mmengine, with own keys
            continue
        for number, item in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(item, dict) and 'type' in item:
                where = f'{path}.{key}'
                yield item, f'{where}[{number}]' if item is not value else where


def package_of(component: Callable[..., Any]) -> str:
    """Name of the package that a class or function comes from, as in ``mmdet``."""
    return str(getattr(component, '__module__', '')).partition('.')[0]


def _name_of(component: Any) -> str:
    return getattr(component, '__name__', str(component))


def _suggestion(wrong: Any, known: Collection[str], show_all: bool = True) -> str:
    """The end of a message: names like the wrong one, or else all names."""
    close = difflib.get_close_matches(str(wrong), known, n=3)
    if close:
        return f' (did you mean {" or ".join(map(repr, close))}?)'
    return f' (it has {", ".join(known) or "none"})' if show_all else ''
