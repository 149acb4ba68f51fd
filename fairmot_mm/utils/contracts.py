"""Check that a component built from a config keeps the contract of its role."""

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
