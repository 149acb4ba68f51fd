"""Keys of a config that the command line overrides."""

import argparse
import ast
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from fairmot_mm.utils.errors import ConfigError

_CLOSING = {'(': ')', '[': ']', '{': '}'}
_DICT = re.compile(r'dict\s*\((.*)\)', re.DOTALL)
# The start of a value that must be closed, too.
_OPENING = re.compile(r"""[(\[{'"]|dict\s*\(""")
_CONSTANTS = {'true': True, 'false': False, 'None': None}


class CfgOptions(argparse.Action):
    """Read ``KEY=VALUE ...`` into a dict; see `parse_value` for the values."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Add the options to those that the command line has so far.

        Raises:
            ConfigError: An option has no ``=``, an empty key, or a broken value.
        """
        options = dict(getattr(namespace, self.dest, None) or {})
        for option in values or ():
            key, equals, value = option.partition('=')
            if not equals or not all(key.split('.')):
                raise ConfigError(
                    f'{option_string} {option!r} is not of the form KEY=VALUE, as in '
                    'train_dataloader.batch_size=4'
                )
            options[key] = parse_value(value, key)
        setattr(namespace, self.dest, options)


def parse_value(text: str, key: str) -> Any:
    """Read a value of the command line.

    It is written as in a config: a number, ``True``, ``None``, a list, a tuple, or a
    dict as ``dict(max_norm=5)`` or ``{'max_norm': 5}``. Strings need no quotes, also
    not in a list, and ``a,b`` is a list, too.

    Args:
        text: The text of the value.
        key: Its key, for messages.

    Raises:
        ConfigError: A bracket or quote is not closed, or a dict has no keys.
    """
    text = text.strip()
    if ',' in text or _OPENING.match(text):
        parts = [*_split(text, key)]
        if len(parts) > 1 or text.endswith(','):
            return [parse_value(part, key) for part in parts]
    found = _DICT.fullmatch(text)
    if found:
        return dict(_pair(item, '=', key) for item in _split(found[1], key))
    if text[:1] not in _CLOSING or not text.endswith(_CLOSING[text[0]]):
        return _parse_scalar(text)
    items = _split(text[1:-1], key)
    if text[0] == '{':
        return dict(_pair(item, ':', key) for item in items)
    values = [parse_value(item, key) for item in items]
    return values if text[0] == '[' else tuple(values)


def _parse_scalar(text: str) -> Any:
    constant = text if text == 'None' else text.lower()
    if constant in _CONSTANTS:
        return _CONSTANTS[constant]
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    if len(text) > 1 and text[0] == text[-1] and text[0] in '\'"':
        try:
            return ast.literal_eval(text)
        except (SyntaxError, ValueError):
            return text[1:-1]
    return text


def _pair(text: str, sign: str, key: str) -> tuple[str, Any]:
    """Key and value of an item of a dict."""
    name, found, value = text.partition(sign)
    if not found or not name.strip():
        raise ConfigError(
            f'{key}: {text.strip()!r} is not of the form NAME{sign}VALUE: write a dict '
            'as dict(max_norm=5)'
        )
    return str(_parse_scalar(name.strip())), parse_value(value, key)


def _split(text: str, key: str) -> Iterator[str]:
    """Split at the commas outside brackets and quotes; a last empty item is dropped."""
    open_brackets, quote, start = [], '', 0
    for place, letter in enumerate(text):
        if quote:
            quote = '' if letter == quote else quote
        elif letter in '\'"':
            quote = letter
        elif letter in _CLOSING:
            open_brackets.append(_CLOSING[letter])
        elif letter in _CLOSING.values():
            if not open_brackets or open_brackets.pop() != letter:
                raise ConfigError(f'{key}: a {letter!r} closes nothing in {text!r}')
        elif letter == ',' and not open_brackets:
            yield text[start:place]
            start = place + 1
    if quote or open_brackets:
        missing = quote or open_brackets[-1]
        raise ConfigError(f'{key}: a {missing!r} is missing in {text!r}')
    if text[start:].strip():
        yield text[start:]
