"""Importing the modules that a config names."""

import importlib
import importlib.util
import logging
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mmengine.logging import print_log

from fairmot_mm.utils.errors import ConfigError

_KEYS = {'imports', 'allow_failed_imports'}


def find_beside(name: str, folders: Iterable[Path]) -> None:
    """Let Python find a module that it does not know yet in one of some folders.

    Only a folder that has the module becomes part of the search path, and the last one.

    Args:
        name: Name of the module.
        folders: Where it may lie.
    """
    top = name.split('.')[0]
    if importlib.util.find_spec(top) is not None:
        return
    for folder in folders:
        if (folder / top).is_dir() or (folder / f'{top}.py').is_file():
            sys.path.append(str(folder.absolute()))
            importlib.invalidate_caches()
            return


def import_custom_modules(custom_imports: Any, folders: Iterable[Path] = ()) -> None:
    """Import the modules of a config's ``custom_imports``.

    Args:
        custom_imports: ``dict(imports=['my_package'], allow_failed_imports=False)``.
        folders: Where the modules may lie, too.

    Raises:
        ConfigError: It is not of this form; a module is not found; or its code fails,
            which is shown with file and line.
    """
    if not custom_imports:
        return
    if not isinstance(custom_imports, dict) or not {*custom_imports} <= _KEYS:
        raise ConfigError(
            f'custom_imports = {custom_imports!r} is not of the form '
            "dict(imports=['my_package'], allow_failed_imports=False)"
        )
    names, folders = custom_imports.get('imports') or [], [*folders]
    for name in [names] if isinstance(names, str) else names:
        find_beside(name, folders)
        try:
            importlib.import_module(name)
        except Exception as error:
            message = f'custom_imports: {explain_import_error(error, name)}'
            if not custom_imports.get('allow_failed_imports'):
                raise ConfigError(message) from error
            print_log(message, logger='current', level=logging.WARNING)


def explain_import_error(error: BaseException, name: str) -> str:
    """Say why a module cannot be imported.

    Args:
        error: What the import raised.
        name: Name of the module.
    """
    missing = getattr(error, 'name', None) or ''
    if isinstance(error, ModuleNotFoundError) and f'{name}.'.startswith(f'{missing}.'):
        return (
            f'there is no module {missing!r} beside the config, in the current folder '
            'or in a folder of PYTHONPATH'
        )
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = last.filename, last.lineno
    if isinstance(error, SyntaxError):
        place = error.filename or '', error.lineno
    text = ' '.join(str(error).split())
    return (
        f'importing {name} fails in {place[0]}, line {place[1]}: '
        f'{type(error).__name__}: {text}'
    )
