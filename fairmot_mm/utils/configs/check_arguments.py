"""Comparing names and values of a config with the arguments that take them."""

import difflib
import inspect
from collections.abc import Sequence
from typing import Any

from fairmot_mm.utils.configs.check_type import describe, fits
from fairmot_mm.utils.configs.suggestion import suggestion
from fairmot_mm.utils.errors import ConfigError
from fairmot_mm.utils.setup_env import SCOPE

# Packages whose signatures name the types of all values that work.
_EXACT_TYPES = (SCOPE, 'mmengine', 'torch')


def has_exact_types(package: str) -> bool:
    """Whether the signatures of a package name the types of all values that work.

    Args:
        package: Its name, as in ``mmengine``.
    """
    return package in _EXACT_TYPES


def check_names(
    keys: Sequence[str], known: Sequence[str], takes_any: bool, where: str
) -> None:
    """Refuse a key that is no argument.

    Where any key is taken, it is one that is very similar to an argument.

    Args:
        keys: Keys of a config.
        known: Names of the arguments.
        takes_any: Whether others are taken, too.
        where: Place and class, for the message.

    Raises:
        ConfigError: A key is no argument.
    """
    for key in keys:
        if key in known:
            continue
        if not takes_any or difflib.get_close_matches(key, known, n=1, cutoff=0.9):
            raise ConfigError(
                f'{where} has no argument {key!r}' + suggestion(key, known)
            )


def check_value(
    value: Any, parameter: inspect.Parameter, where: str, package: str
) -> None:
    """Refuse a value that cannot be of an argument's type.

    Of packages whose types are not exact, such as mmdet, only text is refused where
    something else is expected.

    Args:
        value: The value.
        parameter: The argument; its annotation is a type, not a string.
        where: Place and class, for the message.
        package: Name of the package that the class belongs to.

    Raises:
        ConfigError: The value is of another type.
    """
    hint, default = parameter.annotation, parameter.default
    if hint is parameter.empty or (value is None and default is None):
        return
    if not has_exact_types(package) and not isinstance(value, str):
        return
    if not fits(value, hint):
        raise ConfigError(
            f'{where} takes {describe(hint)} for {parameter.name!r}, not {value!r}'
        )
