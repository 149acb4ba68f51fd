"""A text file that always holds a whole number of entries."""

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from fairmot_mm.utils import OutputError, atomic_path


class AppendedFile:
    """Appends entries to a file, which gets its name in `close`.

    If writing fails (a full disk), the entries before are kept.

    Args:
        path: The file to make. Its folder is created with the first entry.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
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
            temporary = self._files.enter_context(atomic_path(self.path))
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
