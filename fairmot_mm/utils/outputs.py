"""Checks that results can be written, before anything slow is imported.

Nothing is created: a command that is refused later leaves nothing behind.
"""

import errno
import os
import tempfile
from pathlib import Path

from fairmot_mm.utils.errors import NameTakenError, OutputError
from fairmot_mm.utils.urls import is_url, local_path


def require_out_folder(*folders: str | Path | None) -> None:
    """Check that files can be written in folders, which need not exist yet.

    Args:
        folders: Their paths; None, ``-`` and addresses are left out.

    Raises:
        OutputError: One is a file, is inside a file, or may not be written.
    """
    for folder in folders:
        path = local_path(str(folder))
        if folder is not None and path != '-' and not is_url(path):
            _require_writable(Path(path), f'into folder {folder}')


def require_out_file(*files: str | Path | None) -> None:
    """Check that files can be written; their folders need not exist yet.

    Args:
        files: Their paths; None and addresses are left out.

    Raises:
        NameTakenError: One of them is a folder.
        OutputError: The folder of one may not be written.
    """
    for file in files:
        path = Path(local_path(str(file)))
        if file is None or is_url(local_path(str(file))):
            continue
        if path.is_dir():
            raise NameTakenError(f'{file} is a folder; choose another name')
        _require_writable(path.parent, str(file))


def _require_writable(folder: Path, what: str) -> None:
    """Check that a folder, or the nearest one above it that exists, takes files."""
    folder = folder.absolute()
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    try:
        if not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f'{there} is not a folder')
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise OutputError(
            f'cannot write {what}: {error.strerror}; choose a folder you may write to'
        ) from error
