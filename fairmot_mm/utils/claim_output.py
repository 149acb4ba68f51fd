"""Reserving the name of a result, so that nothing of a user is lost."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fairmot_mm.utils.errors import NameTakenError, OutputError
from fairmot_mm.utils.outputs import ADVICE, require_free


@contextmanager
def claim_output(
    path: str | Path,
    overwrite: bool = False,
    sources: Iterable[Path] = (),
    advice: str = ADVICE,
) -> Iterator[Path]:
    """Reserve the name of a result until the body ends.

    A second process, or a second run in this process, that wants the same name is
    refused. The reservation is a lock on a hidden file in the same folder, which the
    system releases if this process dies.

    Args:
        path: The result. Its folder is created.
        overwrite: Whether the result of an earlier run may be replaced.
        sources: Files that are read. None of them may be replaced, under whatever name
            or link the path leads to it.
        advice: What to do where the result exists, for the message.

    Yields:
        The path.

    Raises:
        NameTakenError: The file exists, is a source, or is being written by another
            run.
        OutputError: The folder cannot be written.
    """
    path = Path(path)
    with lock_output(path):
        require_free(path, overwrite, sources, advice)
        yield path


@contextmanager
def lock_output(path: Path) -> Iterator[None]:
    """Keep other runs from writing a file or folder until the body ends.

    Args:
        path: The file or folder. The folder that it lies in is created.

    Yields:
        Nothing.

    Raises:
        NameTakenError: Another run is writing it.
        OutputError: The folder cannot be written.
    """
    # Of any length of the name, and not in the way of any other file.
    lock_file = path.with_name(f'.{path.name[-100:]}.lock')
    lock = FileLock(lock_file, timeout=0, thread_local=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise NameTakenError(
            f'{path} is being written by another run; wait for its end, or choose '
            'another folder'
        ) from error
    except OSError as error:
        raise OutputError(
            f'cannot write {path}: {error.strerror}; choose a folder you may write to'
        ) from error
    try:
        yield
    finally:
        lock_file.unlink(missing_ok=True)
        lock.release()
