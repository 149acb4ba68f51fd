"""Reading text files of a user; errors name the file and the line."""

import configparser
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fairmot_mm.utils.errors import DataError


def read_text(path: str | Path, hint: str = '', what: str = '') -> str:
    """Read a text file.

    Args:
        path: The file.
        hint: What to do if it cannot be read, for the message.
        what: What the file is, for the message.

    Returns:
        The content of the file.

    Raises:
        DataError: The file cannot be read.
    """
    try:
        return Path(path).read_text(encoding='utf-8')
    except OSError as error:
        raise DataError(f'cannot read {what}{path}: {error.strerror}{hint}') from error


def read_json(path: str | Path) -> Any:
    """Read a JSON file.

    Args:
        path: The file.

    Returns:
        The content of the file.

    Raises:
        DataError: The file cannot be read or is not JSON.
    """
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise DataError(f'{path} is not a JSON file: {error}') from error


def read_ini(path: str | Path, section: str) -> dict[str, str]:
    """Read a section of an INI file.

    Args:
        path: The file.
        section: Name of the section.

    Returns:
        The values by their keys, which are in lower case.

    Raises:
        DataError: The file cannot be read or has no such section.
    """
    parser = configparser.ConfigParser()
    try:
        parser.read_string(read_text(path))
        return dict(parser[section])
    except (configparser.Error, KeyError, UnicodeDecodeError) as error:
        raise DataError(f'{path}: no [{section}] section that can be read') from error


def label_problem(
    words: Sequence[str],
    columns: int,
    about: str,
    num_classes: float,
    limit: str,
    finite: bool = True,
) -> tuple[str, str] | None:
    """Find the first problem of a label line, whose first column is a class.

    Args:
        words: The columns of the line.
        columns: Number of columns that the line must have.
        about: Description of these columns, for the message.
        num_classes: Classes must be whole numbers from 0 and below this.
        limit: Where ``num_classes`` comes from, for the message.
        finite: Whether all values must be finite.

    Returns:
        Kind and description of the problem; None if the line has none.
    """
    if len(words) != columns:
        return 'column-count', f'{len(words)} columns, expected {columns} ({about})'
    try:
        values = [float(word) for word in words]
    except ValueError as error:
        return 'not-a-number', str(error)
    if finite and not all(map(math.isfinite, values)):
        return 'not-a-number', f'{" ".join(words)!r} is not finite'
    if not (values[0].is_integer() and 0 <= values[0] < num_classes):
        return 'class-out-of-range', f'class {words[0]}, but {limit}'
    return None
