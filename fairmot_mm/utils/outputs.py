"""Checks that results can be written, before anything slow is imported.

Nothing is created: a command that is refused later leaves nothing behind.
"""

import errno
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from fairmot_mm.utils.errors import NameTakenError, OutputError
from fairmot_mm.utils.urls import is_url, local_path

ADVICE = 'choose another folder, or --overwrite (overwrite=True) to replace it'
# Of the files of a run that tracks.
RESULT_ADVICE = (
    'choose another folder, or use --overwrite to replace it, or --keep to number the '
    "new files (in Python existing='overwrite' or 'number')"
)


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
        require_free(path, overwrite=True)
        _require_writable(path.parent, str(file))


def require_free(
    path: str | Path,
    overwrite: bool = False,
    sources: Iterable[Path] = (),
    advice: str = ADVICE,
) -> None:
    """Check that a result may have a name.

    Args:
        path: The file.
        overwrite: Whether a file of this name may be replaced.
        sources: Files that are read. None of them may be replaced, under whatever name
            or link the path leads to it.
        advice: What to do where the result exists, for the message.

    Raises:
        NameTakenError: The name is that of a folder, of a source, or of a file that may
            not be replaced.
    """
    path = Path(path)
    if not path.exists():
        return
    if any(source.exists() and path.samefile(source) for source in sources):
        raise NameTakenError(f'{path} is the source itself; choose another folder')
    if path.is_dir():
        raise NameTakenError(f'{path} is a folder; choose another name')
    if not overwrite:
        raise NameTakenError(f'{path} exists; {advice}')


def _require_writable(folder: Path, what: str) -> None:
    """Check that a folder, or the nearest one above it that exists, takes files."""
    folder = folder.absolute()
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    try:
        if not there.is_dir():  # the reasons that `mkdir` would give
            reason = errno.EEXIST if there == folder else errno.ENOTDIR
            raise OSError(reason, os.strerror(reason))
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise OutputError(
            f'cannot write {what}: {error.strerror}; choose a folder you may write to'
        ) from error
