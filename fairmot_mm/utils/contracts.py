"""Checks of what a config asks for."""

from math import inf

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


def require_range(
    *, above: float = -inf, low: float = -inf, high: float = inf, **values: float
) -> None:
    """Check that numbers of a config are in their range.

    Args:
        above: Each number must be larger than this.
        low: Smallest allowed number.
        high: Largest allowed number.
        **values: The numbers by the config keys that name them.

    Raises:
        ConfigError: A number is out of the range, or NaN.
    """
    limits = (('above', above), ('at least', low), ('at most', high))
    allowed = ' and '.join(f'{word} {x:g}' for word, x in limits if abs(x) < inf)
    for name, value in values.items():
        if not (above < value <= high and low <= value):
            raise ConfigError(f'{name}={value} must be {allowed}')
