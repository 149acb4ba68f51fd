"""Sources that are different, and names from which those of their files are made."""

import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.urls import without_secrets


def number_names(names: Iterable[str]) -> list[str]:
    """Make names different by numbers: ``main``, ``main-2``.

    Args:
        names: Names in order.

    Returns:
        Names that differ on every disk, also where large letters count as small ones.
    """
    given: dict[str, str] = {}
    for name in names:
        new, number = name, 1
        while _folded(new) in given:
            number += 1
            new = f'{name}-{number}'
        given[_folded(new)] = new
    return list(given.values())


def require_file_names(names: Iterable[str]) -> None:
    """Check that names can be those of files, and of different ones.

    Args:
        names: Names that a user gives to streams.

    Raises:
        ConfigError: A name cannot be that of a file, or two have the same file on a
            disk that does not tell large letters from small ones.
    """
    seen: dict[str, str] = {}
    for name in names:
        if name in ('', '.', '..') or Path(name).name != name:
            raise ConfigError(
                f'stream name {without_secrets(name)!r} cannot be that of a file; '
                'choose another'
            )
        other = seen.setdefault(_folded(name), name)
        if other != name:
            raise ConfigError(
                f'streams {other!r} and {name!r} would have the same files on some '
                'disks; choose another name'
            )


def require_different(sources: Iterable[Any]) -> None:
    """Refuse one iterator for two streams: each frame would reach only one of them.

    Args:
        sources: What the streams are read from.

    Raises:
        ConfigError: An iterator comes twice.
    """
    seen = set()
    for source in sources:
        if isinstance(source, Iterator):
            if id(source) in seen:
                raise ConfigError(
                    'the same iterator of frames is given for two streams; each needs '
                    'its own'
                )
            seen.add(id(source))


def _folded(name: str) -> str:
    """A name as the least exact file system compares it."""
    return unicodedata.normalize('NFC', name).casefold()
