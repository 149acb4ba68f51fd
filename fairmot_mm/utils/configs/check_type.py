"""Comparing the values of a config with the types of a signature."""

import inspect
import sys
import typing
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np

_SCALARS: dict[Any, Any] = {
    bool: bool,
    int: int,
    float: (int, float),
    str: str,
    NoneType: NoneType,
}
_LISTS = (list, tuple, set, Sequence, Collection, typing.Iterable)


def type_hints(component: Callable[..., Any]) -> dict[str, Any]:
    """Types of the arguments of a class or function, where they can be known.

    Args:
        component: The class or function.
    """
    owner = component.__init__ if isinstance(component, type) else component  # type: ignore[misc]
    names = getattr(sys.modules.get(getattr(owner, '__module__', '')), '__dict__', {})
    hints = {}
    for key, hint in getattr(owner, '__annotations__', {}).items():
        # A hint may name something that exists only for type checkers.
        with suppress(Exception):
            hints[key] = eval(hint, dict(names)) if isinstance(hint, str) else hint
    return hints


def fits(value: Any, hint: Any) -> bool:
    """Whether a value of a config can be meant for an argument of a type.

    The config of a component is a dict, and a list stands for any sequence. A type that
    a config cannot hold accepts everything but plain strings and numbers.

    Args:
        value: The value.
        hint: The type.
    """
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(fits(value, arg) for arg in args)
    if origin is Literal:
        return value in args
    if hint in (None, NoneType):
        return value is None
    if hint in _SCALARS:
        return isinstance(value, _SCALARS[hint])
    kind: Any = origin or hint
    if value is None or not isinstance(kind, type) or kind is object:
        return True  # Any, a type variable, a name that is not imported
    if issubclass(kind, Mapping):  # or components in a list, such as several necks
        parts = value if isinstance(value, list | tuple) and not args else [value]
        return all(isinstance(part, Mapping) for part in parts)
    if kind in _LISTS:
        return isinstance(value, list | tuple) and _items_fit(value, args)
    return not isinstance(value, bool | int | float | str) or issubclass(
        kind, Path | Enum | np.generic | type(value)
    )


def describe(hint: Any) -> str:
    """Write a type as in code, without its modules.

    Args:
        hint: The type.
    """
    text = inspect.formatannotation(hint)
    return text.replace('typing.', '').replace('collections.abc.', '')


def _items_fit(values: Sequence[Any], args: tuple[Any, ...]) -> bool:
    """Whether the items of a list fit the types in ``list[...]`` or ``tuple[...]``."""
    if len(args) == 1 or args[1:] == (...,):
        return all(fits(value, args[0]) for value in values)
    if len(args) > 1:
        return len(values) == len(args) and all(map(fits, values, args))
    return True
