"""Writing files so that no reader ever sees an incomplete file."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fairmot_mm.utils.errors import OutputError


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Create a temporary file next to ``path``, and rename it to ``path`` on success.

    Args:
        path: The final file. Its folder is created.

    Yields:
        The temporary file to write to: a hidden name in the same folder that ends in
        ``.part``. If the body raises, it is removed and ``path`` stays as it was.

    Raises:
        OutputError: The folder cannot be created or written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f'.{path.name}.', suffix='.part', dir=path.parent
        )
        os.close(handle)
    except OSError as error:
        raise OutputError(
            f'cannot write {path}: {error.strerror}; choose a folder you may write to'
        ) from error
    temporary = Path(name)
    try:
        # mkstemp makes the file private; give it the mode of a file made by open().
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def growing_path(path: str | Path) -> Iterator[Path]:
    """Create a file under its own name, so that others can read it while it grows.

    Args:
        path: The file. Its folder is created. A file of this name is replaced.

    Yields:
        The empty file to write to. If the body raises, it is removed.

    Raises:
        OutputError: The folder cannot be created or written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # a link to it keeps the old content
        path.touch()
    except OSError as error:
        raise OutputError(
            f'cannot write {path}: {error.strerror}; choose a folder you may write to'
        ) from error
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def require_writable_dir(folder: str | Path) -> Path:
    """Create a folder and check that files can be written in it.

    Args:
        folder: The folder.

    Returns:
        The folder.

    Raises:
        OutputError: The folder cannot be created or written.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(
            f'cannot write into folder {folder}: {error.strerror}; choose a folder you '
            'may write to'
        ) from error
    return folder
