"""Reading and writing text files of a user; errors name the file and the line."""

import codecs
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml

from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.errors import DataError, OutputError

# UTF-32 comes first: its mark begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: 'utf-32',
    codecs.BOM_UTF32_BE: 'utf-32',
    codecs.BOM_UTF16_LE: 'utf-16',
    codecs.BOM_UTF16_BE: 'utf-16',
    codecs.BOM_UTF8: 'utf-8-sig',
}
_XML_ENCODING = re.compile(rb'<\?xml[^>]*\sencoding\s*=\s*["\']([\w.:-]+)["\']')


def read_text(
    path: str | Path, hint: str = '', what: str = '', encoding: str = 'utf-8'
) -> str:
    r"""Read a text file.

    The byte order mark of UTF-8, UTF-16 or UTF-32 decides the encoding. Without a mark
    the text is UTF-8.

    Args:
        path: The file.
        hint: What to do if it cannot be read, for the message.
        what: What the file is, for the message.
        encoding: Encoding of a file without a byte order mark.

    Returns:
        The content of the file, without the mark. Every line ends in ``\n``, also where
        the file has ``\r\n`` or ``\r``.

    Raises:
        DataError: The file cannot be read, or it is not text in this encoding.
    """
    data = read_bytes(path, hint, what)
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), '')
    try:
        text = data.decode(marked or encoding)
    except LookupError:
        raise DataError(
            f'{path} says that its encoding is {encoding!r}, which is not known: save '
            'the file as UTF-8'
        ) from None
    except UnicodeError as error:
        start = getattr(error, 'start', 0)
        name = (marked or encoding).removesuffix('-sig').upper()
        raise DataError(
            f'{path}, line {data.count(10, 0, start) + 1}: the file is not text in '
            f'{name}: save it as UTF-8, or convert it, from GBK with: iconv -f GBK -t '
            'UTF-8 OLD > NEW'
        ) from error
    if '\0' in text:
        raise DataError(
            f'{path}, line {text.count(chr(10), 0, text.index(chr(0))) + 1}: a NUL '
            'character, so the file is not text, or is UTF-16 without a byte order '
            'mark: save it as UTF-8'
        )
    return text.replace('\r\n', '\n').replace('\r', '\n')


def read_lines(path: str | Path, hint: str = '', what: str = '') -> list[str]:
    """Read the lines of a text file.

    Args:
        path: The file.
        hint: See `read_text`.
        what: See `read_text`.

    Returns:
        The lines without their ends; blank lines are kept, so that line n is at n - 1.

    Raises:
        DataError: See `read_text`.
    """
    return read_text(path, hint, what).split('\n')


def read_names(path: str | Path) -> list[str]:
    """Read a file with one name on each line.

    Args:
        path: The file.

    Returns:
        The names, without the white space around them.

    Raises:
        DataError: The file cannot be read, or a blank line lies between names: the line
            of a name is its number.
    """
    names = [line.strip() for line in read_text(path).rstrip().split('\n')]
    if '' in names:
        raise DataError(
            f'{path}, line {names.index("") + 1}: the line is blank, but each line '
            'names the class of its number: remove it or write a name'
        )
    return names


def read_json(path: str | Path) -> Any:
    """Read a JSON file.

    Args:
        path: The file.

    Returns:
        The content of the file.

    Raises:
        DataError: The file cannot be read or is not JSON.
    """
    text = read_text(path)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f'{path} is not a JSON file: {error}') from error


def read_yaml(path: str | Path) -> Any:
    """Read a YAML file.

    Args:
        path: The file.

    Returns:
        The content of the file.

    Raises:
        DataError: The file cannot be read or is not YAML.
    """
    text = read_text(path)
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        # A date such as 2001-99-99 or a key that is a list fails inside of yaml.
        what = ' '.join(str(error).split())
        raise DataError(f'{path} is not a YAML file: {what}') from error


def read_xml(path: str | Path) -> ElementTree.Element:
    """Read an XML file.

    Args:
        path: The file, in the encoding that its first line names, or in UTF-8.

    Returns:
        The root element.

    Raises:
        DataError: The file cannot be read or is not XML.
    """
    declared = _XML_ENCODING.match(read_bytes(path)[:200].lstrip(codecs.BOM_UTF8))
    text = read_text(path, encoding=declared[1].decode() if declared else 'utf-8')
    try:
        return ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise DataError(f'{path} is not an XML file: {error}') from error


def read_ini(path: str | Path, section: str) -> dict[str, str]:
    """Read a section of an INI file.

    Args:
        path: The file. Values are taken as they are: ``%`` has no meaning, and a line
            never continues the line before.
        section: Name of the section.

    Returns:
        The values by their keys, which are in lower case.

    Raises:
        DataError: The file cannot be read, lacks the section, has a line that is not
            ``key = value``, or has a key twice with different values.
    """
    values: dict[str, str] = {}
    current, found = '', False
    for number, line in enumerate(map(str.strip, read_lines(path)), 1):
        if line.startswith('[') and line.endswith(']'):
            current = line[1:-1].strip()
            found = found or current == section
        if current != section or not line or line[0] in '#;[':
            continue
        key, separator, value = (part.strip() for part in line.partition('='))
        if not separator:
            key, separator, value = (part.strip() for part in line.partition(':'))
        if not (key and separator):
            raise DataError(f'{path}, line {number}: {line!r} is not key=value')
        key = key.lower()
        if values.setdefault(key, value) != value:
            raise DataError(
                f'{path}, line {number}: key {key!r} is {value!r} here and '
                f'{values[key]!r} above: remove one of the lines'
            )
    if not found:
        raise DataError(f'{path}: no [{section}] section that can be read')
    return values


def write_text(path: str | Path, text: str) -> None:
    """Write a text file in UTF-8 and in one step: it appears when it is complete.

    Args:
        path: The file. Its folder is created.
        text: The new content.

    Raises:
        OutputError: The folder cannot be created or written, or the text holds a file
            name that is not UTF-8.
    """
    with atomic_path(path) as temporary:
        temporary.write_bytes(encode_text(text, path))


def encode_text(text: str, path: str | Path) -> bytes:
    """Encode the content of a text file as UTF-8.

    Args:
        text: The content.
        path: The file, for the message.

    Returns:
        The bytes to write.

    Raises:
        OutputError: The text holds a file name that is not UTF-8.
    """
    try:
        return text.encode('utf-8')
    except UnicodeEncodeError as error:
        line = text.count('\n', 0, error.start)
        raise OutputError(
            f'cannot write {path}: the file name {text.split(chr(10))[line]!r} is not '
            'UTF-8: rename the file'
        ) from error


def read_bytes(path: str | Path, hint: str = '', what: str = '') -> bytes:
    """Read a file.

    Args:
        path: The file.
        hint: See `read_text`.
        what: See `read_text`.

    Returns:
        Its content.

    Raises:
        DataError: The file cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise DataError(f'cannot read {what}{path}: {error.strerror}{hint}') from error
