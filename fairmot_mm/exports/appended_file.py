"""A text file that always holds a whole number of entries."""

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from fairmot_mm.utils import OutputError, atomic_path
from fairmot_mm.utils.atomic import growing_path


class AppendedFile:
    """Appends entries to a file, which gets its name in `close`, unless it ``grows``.

    If writing fails (a full disk), the entries before are kept.

    Args:
        path: The file to make. Its folder is created with the first entry.
        grows: Whether the file has its name from the first entry on, so that others can
            follow it.
    """

    def __init__(self, path: str | Path, grows: bool = False) -> None:
        self.path = Path(path)
        self._create = growing_path if grows else atomic_path
        self._files = ExitStack()
        self._file: BinaryIO | None = None

    def append(self, entry: str) -> None:
        """Write one entry in one piece.

        Args:
            entry: Its text.

        Raises:
            OutputError: The file cannot be written.
        """
        if self._file is None:
            temporary = self._files.enter_context(self._create(self.path))
            # Without a buffer nothing is written later than the caller thinks.
            self._file = self._files.enter_context(temporary.open('wb', buffering=0))
        size = self._file.tell()
        try:
            unwritten = memoryview(entry.encode())
            while unwritten:
                unwritten = unwritten[self._file.write(unwritten) :]
        except OSError as error:
            self._file.truncate(size)
            raise OutputError(
                f'cannot write {self.path}: {error.strerror}; what was written before '
                'is kept'
            ) from error

    def close(self) -> None:
        """Give the file its name. A second call does nothing.

        Raises:
            OutputError: The file cannot be written; it is removed then.
        """
        self._file = None
        try:
            self._files.close()
        except OSError as error:
            raise OutputError(f'cannot write {self.path}: {error.strerror}') from error
