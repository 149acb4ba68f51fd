"""Files of a folder that is local or at an address of any object store."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO

from fairmot_mm.utils import DataError, OutputError, UserInputError, atomic_path
from fairmot_mm.utils.urls import is_url, local_path, without_secrets

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

# Stores in which a file appears when it is complete, and whose renaming is a copy.
_WHOLE_FILES = {'s3', 's3a', 'gs', 'gcs', 'az', 'abfs', 'adl', 'oss', 'oci', 'memory'}
# Number of files that are read at the same time.
_AT_ONCE = 32
# Addresses of streams, which are never complete.
_STREAMS = ('rtsp', 'rtmp', 'rtp', 'udp', 'srt', 'mms')


def open_file_system(address: str) -> tuple['AbstractFileSystem', str]:
    """Find the file system of an address, and the path there.

    Args:
        address: A local path, or an address such as ``s3://bucket/folder``.

    Returns:
        The file system of fsspec, which lists folders anew each time, and the path.

    Raises:
        DataError: The kind of address is not known, its package is missing, or the
            store cannot be reached.
    """
    import fsspec

    text = local_path(address)
    kind = text.partition('://')[0] if is_url(text) else 'file'
    if kind in _STREAMS:
        raise DataError(
            f'{without_secrets(address)} is a stream, which has no end: track it with '
            'fairmot track'
        )
    options = {} if kind in ('file', 'memory') else {'use_listings_cache': False}
    try:
        return fsspec.url_to_fs(text, **options)
    except Exception as error:  # some stores connect here
        raise DataError(
            f'{without_secrets(address)} cannot be reached: {_one_line(error)}'
        ) from error


@contextmanager
def storage_errors(
    address: str, error_type: type[UserInputError], verb: str
) -> Iterator[None]:
    """Name the address in whatever error a store raises, in one line.

    Args:
        address: What is read or written.
        error_type: The error to raise.
        verb: What was tried, as in ``read``.

    Raises:
        UserInputError: The body failed.
    """
    try:
        yield
    except UserInputError:
        raise
    except FileNotFoundError as error:
        raise error_type(
            f'cannot {verb} {without_secrets(address)}: it does not exist'
        ) from error
    # Each store has errors of its own: no credentials, no such bucket, no network.
    except Exception as error:
        raise error_type(
            f'cannot {verb} {without_secrets(address)}: {_one_line(error)}'
        ) from error


def _one_line(error: Exception) -> str:
    what = getattr(error, 'strerror', None) or f'{type(error).__name__}: {error}'
    return ' '.join(str(what).split())


class Storage:
    """Reads and writes files of one folder, each as a whole.

    Args:
        folder: A local path, or an address such as ``s3://bucket/folder``.

    Attributes:
        folder: The folder as it was given.
        is_local: Whether it is on a disk.

    Raises:
        DataError: See `open_file_system`.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = str(folder).rstrip('/') or '/'
        self._system, self._root = open_file_system(self.folder)
        self.kind = self._system.protocol
        kinds = {self.kind} if isinstance(self.kind, str) else {*self.kind}
        self.is_local = 'file' in kinds
        self._is_whole = bool(kinds & _WHOLE_FILES)

    def address(self, name: str) -> str:
        """Give the address of a file, for messages.

        Args:
            name: Path below the folder.
        """
        return without_secrets(f'{self.folder}/{name}')

    def write(self, name: str, data: bytes) -> None:
        """Write a file: it has its name when it is complete.

        Args:
            name: Path below the folder.
            data: The content.

        Raises:
            OutputError: It cannot be written.
        """
        path = f'{self._root}/{name}'
        with storage_errors(self.address(name), OutputError, 'write'):
            if self.is_local:
                with atomic_path(path) as temporary:
                    temporary.write_bytes(data)
            elif self._is_whole:
                self._system.pipe_file(path, data)
            else:
                part = str(PurePosixPath(path).with_name(f'.{Path(name).name}.part'))
                self._system.makedirs(str(PurePosixPath(path).parent), exist_ok=True)
                self._system.pipe_file(part, data)
                self._system.mv(part, path)

    def put(self, name: str, file: Path) -> None:
        """Copy a local file: the copy has its name when it is complete.

        Args:
            name: Path below the folder.
            file: The local file.

        Raises:
            OutputError: It cannot be written.
        """
        if not self._is_whole:
            # Python's copy uses what the disk offers for this.
            path = f'{self._root}/{name}'
            if self.is_local:
                with (
                    storage_errors(self.address(name), OutputError, 'write'),
                    atomic_path(path) as temporary,
                ):
                    shutil.copyfile(file, temporary)
                return
            self.write(name, file.read_bytes())
            return
        with storage_errors(self.address(name), OutputError, 'write'):
            self._system.put_file(str(file), f'{self._root}/{name}')

    def read(self, name: str) -> bytes:
        """Read a file.

        Args:
            name: Path below the folder.

        Returns:
            The content.

        Raises:
            DataError: It cannot be read.
        """
        with storage_errors(self.address(name), DataError, 'read'):
            content: bytes = self._system.cat_file(f'{self._root}/{name}')
        return content

    def read_all(self, names: list[str]) -> list[bytes]:
        """Read many small files, several at the same time.

        Args:
            names: Paths below the folder.

        Returns:
            The contents in the same order.

        Raises:
            DataError: One cannot be read.
        """
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            return [*threads.map(self.read, names)]

    def sizes(self, folder: str = '') -> dict[str, int]:
        """List the files of a folder.

        Args:
            folder: Path below the folder; '' is the folder itself.

        Returns:
            Size in bytes by name; hidden files are left out. Empty if there is no such
            folder.

        Raises:
            DataError: It cannot be listed.
        """
        return {
            name: info['size']
            for name, info in self._list(folder)
            if info['type'] == 'file'
        }

    def folders(self, folder: str) -> list[str]:
        """List the folders in a folder.

        Args:
            folder: Path below the folder.

        Returns:
            Their names; none if there is no such folder.

        Raises:
            DataError: It cannot be listed.
        """
        return [
            name for name, info in self._list(folder) if info['type'] == 'directory'
        ]

    def _list(self, folder: str) -> list[tuple[str, dict[str, Any]]]:
        """Name of each entry that is not hidden, and what is known about it."""
        path = f'{self._root}/{folder}'.rstrip('/')
        with storage_errors(self.address(folder), DataError, 'list'):
            try:
                entries: list[dict[str, Any]] = self._system.ls(path, detail=True)
            except FileNotFoundError:
                return []
        named = [(PurePosixPath(each['name']).name, each) for each in entries]
        return [(name, info) for name, info in named if not name.startswith('.')]

    def remove(self, folder: str) -> None:
        """Remove a folder with all its files, if it exists.

        Args:
            folder: Path below the folder.

        Raises:
            OutputError: It cannot be removed.
        """
        path = f'{self._root}/{folder}'
        with storage_errors(self.address(folder), OutputError, 'remove'):
            if self.is_local:
                shutil.rmtree(path, ignore_errors=True)
                return
            # Each by its name: rm would take a bracket in a name for a pattern.
            for file in self._system.find(path):
                self._system.rm_file(file)


@contextmanager
def open_remote(address: str) -> Iterator[BinaryIO]:
    """Open a file of a store for reading at any place, as a video is read.

    Args:
        address: As in ``s3://bucket/video.mp4``.

    Yields:
        The file; only what is read is fetched.

    Raises:
        DataError: It cannot be read.
    """
    system, path = open_file_system(address)
    with storage_errors(address, DataError, 'read'):
        file = system.open(path, 'rb')
    with file:
        yield file
