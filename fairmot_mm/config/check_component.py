"""Comparing the config of a component with the signature of its class."""

import inspect
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from mmengine.registry import Registry

from fairmot_mm.registry import (
    DATASETS,
    LOG_PROCESSORS,
    MODELS,
    OPTIM_WRAPPERS,
    PARAM_SCHEDULERS,
    SCOPE,
    TASK_UTILS,
    TRANSFORMS,
)
from fairmot_mm.utils.configs.check_arguments import (
    check_names,
    check_value,
    has_exact_types,
)
from fairmot_mm.utils.configs.check_type import type_hints
from fairmot_mm.utils.configs.suggestion import suggestion
from fairmot_mm.utils.errors import ConfigError

# Keys of a component's config that mmengine's registries take out before they build it.
_KEYS_OF_REGISTRY = ('type', '_scope_')
# Keys whose components are built unchanged by the classes of some packages. `Albu` of
# mmdet has transforms of albumentations in `transforms`.
_PARTS: dict[Registry, tuple[tuple[str, ...], dict[str, Registry]]] = {
    DATASETS: (
        ('mmengine', 'mmdet', SCOPE),
        {'pipeline': TRANSFORMS, 'dataset': DATASETS, 'datasets': DATASETS},
    ),
    TRANSFORMS: (('mmcv', SCOPE), {'transforms': TRANSFORMS}),
}
# Classes of these kinds and packages pass ``**kwargs`` to the class that they extend.
_PASSED_ON: dict[Registry, tuple[str, ...]] = {
    DATASETS: ('mmengine', 'mmdet', SCOPE),
    LOG_PROCESSORS: ('mmengine', SCOPE),
    OPTIM_WRAPPERS: ('mmengine', SCOPE),
    PARAM_SCHEDULERS: ('mmengine', SCOPE),
}
# The class that builds these parts may add arguments to their configs.
_GET_ARGUMENTS = (DATASETS, TASK_UTILS)


def check_component(
    node: Any,
    registry: Registry,
    path: str,
    *,
    given: Collection[str] | None = (),
    extra: Collection[str] = (),
) -> None:
    """Check type and keys of a component's config, and of the components in it.

    The components in it are checked where the class is known to build them from their
    configs: parts of our models and trackers, data sets in data sets, and transforms. A
    class of another package may do anything with the dicts that it gets.

    Args:
        node: Config of the component; anything but a dict with a ``type`` passes.
        registry: Where its type is looked up.
        path: Place in the whole config, as in ``model.detector``, for messages.
        given: Arguments that the builder of the component adds; with ``None`` any.
        extra: Keys that the builder takes out before it builds the component.

    Raises:
        ConfigError: The type is not registered; a key is no argument of the component;
            or an argument without a default is missing.
    """
    if not _is_component(node):
        return
    component = find_type(node, [registry], path)
    keys = [key for key in node if key not in (*_KEYS_OF_REGISTRY, *extra)]
    name = getattr(component, '__name__', str(component))
    parameters, takes_any = _parameters(component, registry)
    package = package_of(component)
    any_name = takes_any and not has_exact_types(package)
    if not any_name:
        check_names(keys, [*parameters], takes_any, f'{path}: {name}')
    required = [
        key
        for key, parameter in parameters.items()
        if parameter.default is parameter.empty and key not in keys
    ]
    if given is not None and {*required} - {*given}:
        listed = ', '.join(repr(key) for key in required if key not in given)
        raise ConfigError(f'{path}: {name} lacks the required arguments: {listed}')
    for key in keys:
        if key in parameters:
            check_value(node[key], parameters[key], f'{path}: {name}', package)
    for part, its_registry, place in _parts(node, registry, component, path):
        added = None if its_registry in _GET_ARGUMENTS else ()
        check_component(part, its_registry, place, given=added)


def entries(value: Any, path: str) -> Iterator[tuple[Any, str]]:
    """List what a key of a config holds: one component, or a list, also of lists.

    Args:
        value: Value of the key.
        path: Place of the key in the whole config.

    Yields:
        Each component and its place.
    """
    if isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from entries(item, f'{path}[{number}]')
    else:
        yield value, path


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
        + suggestion(node['type'], known, show_all=False)
        + '. A component of your own is registered by importing its file '
        '(custom_imports)'
    )


def _lookup(node: dict, registry: Registry) -> Callable[..., Any] | None:
    """The class or function that a config names; ``None`` if it is not registered."""
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


def _is_component(node: Any) -> bool:
    return isinstance(node, dict) and 'type' in node


def package_of(component: Any) -> str:
    """Name of the package that a class or function belongs to.

    Args:
        component: The class or function.
    """
    return str(getattr(component, '__module__', '')).partition('.')[0]


def check_arguments(
    values: Any, function: Callable[..., Any], path: str, also: Collection[str] = ()
) -> None:
    """Compare a dict with the arguments of a function that gets it.

    Args:
        values: Names and values of arguments; anything but a dict passes.
        function: The function or class.
        path: Place of the dict in the whole config, for messages.
        also: Further keys that are read from the dict.

    Raises:
        ConfigError: A key is no argument, or a value is of another type.
    """
    if not isinstance(values, dict):
        return
    parameters, takes_any = _own_parameters(function)
    package = package_of(function)
    check_names([*values], [*parameters, *also], takes_any, path)
    for key in values:
        if key in parameters:
            check_value(values[key], parameters[key], path, package)


def _parameters(
    component: Callable[..., Any], registry: Registry
) -> tuple[dict[str, inspect.Parameter], bool]:
    """Parameters of a component by name, and whether it takes any other, too."""
    found, takes_any = _own_parameters(component)
    package = package_of(component)
    if not isinstance(component, type) or package not in _PASSED_ON.get(registry, ()):
        return found, takes_any
    bases = [base for base in component.__mro__[:-1] if '__init__' in vars(base)]
    for base in bases[1:]:
        if not takes_any:
            break
        more, takes_any = _own_parameters(base)
        found = more | found
    return found, takes_any


def _own_parameters(
    component: Callable[..., Any],
) -> tuple[dict[str, inspect.Parameter], bool]:
    """Parameters of one class or function; any, where Python does not know them.

    A decorator, whose own parameters count, may know other names for them.
    """
    try:
        signature = inspect.signature(component, follow_wrapped=False)
    except (TypeError, ValueError):  # written in C
        return {}, True
    hints = type_hints(component)
    found = {
        name: parameter.replace(annotation=hints.get(name, parameter.empty))
        for name, parameter in signature.parameters.items()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }
    kinds = {parameter.kind for parameter in signature.parameters.values()}
    return found, inspect.Parameter.VAR_KEYWORD in kinds


def _parts(
    node: dict, registry: Registry, component: Any, path: str
) -> Iterator[tuple[Any, Registry, str]]:
    """Configs, registries and places of the components that a component builds."""
    package = package_of(component)
    packages, registries = _PARTS.get(registry, ((), {}))
    is_ours = package == SCOPE and registry in (MODELS, TASK_UTILS)
    for key, value in node.items():
        for part, place in entries(value, f'{path}.{key}'):
            if package in packages and key in registries:
                yield part, registries[key], place
            # A key `..._cfg` is for functions of mmcv and mmengine, with own keys.
            elif is_ours and not key.endswith('_cfg') and _is_component(part):
                found = find_type(part, (MODELS, TASK_UTILS), place)
                in_models = found is _lookup(part, MODELS)
                yield part, MODELS if in_models else TASK_UTILS, place
