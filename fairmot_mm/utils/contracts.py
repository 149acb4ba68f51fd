"""Checks of what a config asks for."""

from collections.abc import Collection
from fractions import Fraction
from math import inf
from numbers import Integral, Real

from fairmot_mm.utils.errors import ConfigError


def require_contract(part: object, contract: type, key: str) -> None:
    """Check that a component has every public name of a protocol.

    Args:
        part: The component, already built.
        contract: The protocol; its public names are those in its class body.
        key: Config key that names the component, for the message.

    Raises:
        ConfigError: A name is missing.
    """
    names = [name for name in vars(contract) if not name.startswith('_')]
    missing = [name for name in names if not hasattr(part, name)]
    if missing:
        raise ConfigError(
            f'{key}: {type(part).__name__} lacks {", ".join(missing)}; the class '
            f'{contract.__module__}.{contract.__name__} says what is needed'
        )


def require_choice(name: str, value: object, choices: Collection[str]) -> None:
    """Check that a value of a config is one of the allowed ones.

    Args:
        name: Config key that names the value, for the message.
        value: The value.
        choices: The allowed values.

    Raises:
        ConfigError: The value is another one.
    """
    if value not in choices:
        allowed = ' or '.join(map(repr, choices))
        raise ConfigError(f'{name} must be {allowed}, not {value!r}')


def require_range(
    *,
    above: float = -inf,
    low: float = -inf,
    high: float = inf,
    **values: float | Fraction,
) -> None:
    """Check that numbers of a config are in their range.

    Args:
        above: Each number must be larger than this.
        low: Smallest allowed number.
        high: Largest allowed number.
        **values: The numbers by the config keys that name them.

    Raises:
        ConfigError: A value is no number, is out of the range, or is NaN.
    """
    limits = (('above', above), ('at least', low), ('at most', high))
    allowed = ' and '.join(f'{word} {x:g}' for word, x in limits if abs(x) < inf)
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, Real):
            raise ConfigError(f'{name}={value!r} must be a number, {allowed}')
        if not (above < value <= high and low <= value):
            raise ConfigError(f'{name}={value} must be {allowed}')


def require_whole(*, low: int, **values: object) -> None:
    """Check that values are whole numbers.

    Args:
        low: Smallest allowed number.
        **values: The values by the names of the arguments or config keys.

    Raises:
        ConfigError: A value is no whole number, or too small.
    """
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise ConfigError(
                f'{name} = {value!r} must be a whole number from {low} on'
            )
        if value < low:
            raise ConfigError(f'{name} = {value} must be at least {low}')
