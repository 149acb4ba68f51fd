"""Importing supervision only when somebody uses it."""

from types import ModuleType

from fairmot_mm.utils import ConfigError


def import_supervision() -> ModuleType:
    """Import the library supervision.

    Returns:
        The module ``supervision``.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        import supervision
    except ImportError as error:
        raise ConfigError(
            f'counting at lines and zones, and to_supervision, need supervision '
            f'({error}): pip install "fairmot_mm[supervision]"'
        ) from error
    return supervision
