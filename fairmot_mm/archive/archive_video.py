"""Opening a video of an archive, as a whole or a chunk of it."""

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

import numpy as np

from fairmot_mm.archive.chunks import Chunk, split_frames
from fairmot_mm.archive.storage import open_file_system, open_remote, storage_errors
from fairmot_mm.utils import VideoError, frame_numbers
from fairmot_mm.utils.urls import is_url, local_path, without_secrets
from fairmot_mm.video.frame_index import FrameIndex
from fairmot_mm.video.frame_source import (
    DEFAULT_FRAME_RATE,
    FrameSource,
    open_source,
)
from fairmot_mm.video.image_source import read_images
from fairmot_mm.video.video_reader import VideoReader

# What stores call the tag or time that changes with the content of a file.
_TAGS = ('ETag', 'etag', 'md5Hash', 'content_md5', 'mtime', 'LastModified', 'created')


@dataclass(frozen=True)
class ArchiveVideo:
    """A video file, also in an object store, or a local folder of images.

    Attributes:
        source: Path or address.
        frame_rate: Frames a second, instead of what the video says.
        on_error: See `open_source`.
        scale: See `open_source`.
        known_index: Where the frames are, which takes long to find out; None: not known
            yet.
    """

    source: str
    frame_rate: float | None = None
    on_error: str = 'stop'
    scale: tuple[int, int] | None = None
    known_index: FrameIndex | None = None

    @contextmanager
    def open(self) -> Iterator[FrameSource]:
        """Open the whole video.

        Yields:
            The frames.

        Raises:
            VideoError: See `open_source`.
            DataError: See `open_source`, or a store cannot be read.
        """
        if not self._is_remote:
            yield open_source(
                self._path, self.frame_rate, self.on_error, scale=self.scale
            )
            return
        with self._reader() as reader:
            yield self._finish(reader, reader.length, reader.frames())

    def split(self, seconds: float, shared_seconds: float, memory: int) -> list[Chunk]:
        """Split the video at key frames.

        Args:
            seconds: Length of a chunk.
            shared_seconds: Time that a chunk shares with the one before, at least.
            memory: Number of frames for which the tracker keeps a lost track; a chunk
                shares more than these.

        Returns:
            The chunks; empty if the video stays whole, because it is short, has few key
            frames, or does not say where its frames are.

        Raises:
            VideoError: See `open`.
            DataError: See `open`.
        """
        with self.open() as opened:
            rate, announced = float(opened.frame_rate), opened.length
        shared = max(math.ceil(shared_seconds * rate), memory + 1)
        length = max(math.ceil(seconds * rate), 2 * shared)
        if announced is not None and announced <= length:
            return []
        if self._images is not None:
            places = np.arange(len(self._images))
        elif self.index is None:
            return []
        else:
            places, announced = self.index.key_frames, len(self.index)
        chunks = split_frames(announced or 0, places, length, shared)
        return chunks if len(chunks) > 1 else []

    def last_number(self, chunk: Chunk) -> int:
        """Give the number of the last frame of a chunk in results.

        Args:
            chunk: The chunk.
        """
        if self._images is None:
            return chunk.stop
        return int(frame_numbers(self._images)[chunk.stop - 1])

    @contextmanager
    def open_chunk(self, chunk: Chunk) -> Iterator[FrameSource]:
        """Open a chunk.

        Args:
            chunk: One that `split` gave.

        Yields:
            Its frames, with their numbers in the whole video.

        Raises:
            VideoError: A frame is damaged, or not where the video says.
            DataError: The video cannot be read.
        """
        length = chunk.stop - chunk.first
        if self._images is not None:
            with self.open() as opened:
                part = slice(*chunk)
                numbers = frame_numbers(self._images)[part].tolist()
                images = self._images[part]
                skips = self.on_error == 'skip'
                frames = read_images(images, skips, self.scale, numbers)
                yield replace(opened, length=length, frames=frames)
            return
        index = self.index
        if index is None:
            raise VideoError(
                f'{without_secrets(self.source)} does not say where its frames are: '
                'track it with --no-split'
            )
        with self._reader() as reader:
            yield self._finish(reader, length, reader.chunk(index, *chunk))

    @cached_property
    def _images(self) -> tuple[Path, ...] | None:
        """The images of a folder; None of a video."""
        if self._is_remote or not Path(self._path).is_dir():
            return None
        files = open_source(self._path).files
        return files if len(files) > 1 else None

    @cached_property
    def index(self) -> FrameIndex | None:
        """Where the frames are; None of images, and where the video does not say it."""
        if self.known_index is not None or self._images is not None:
            return self.known_index
        with self._reader() as reader:
            return reader.index()

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of images."""
        return self._images is not None

    @property
    def _path(self) -> str:
        return local_path(self.source)

    @property
    def _is_remote(self) -> bool:
        return is_url(self._path)

    @contextmanager
    def _reader(self) -> Iterator[VideoReader]:
        skips = self.on_error == 'skip'
        with ExitStack() as stack:
            file = None
            if self._is_remote:
                file = stack.enter_context(open_remote(self.source))
            location = self.source if self._is_remote else self._path
            reader = VideoReader(location, skips, file=file)
            stack.callback(reader.close)
            yield reader

    def _finish(
        self, reader: VideoReader, length: int | None, frames: Iterator
    ) -> FrameSource:
        opened = FrameSource(
            PurePosixPath(self._path).stem,
            reader.frame_rate or DEFAULT_FRAME_RATE,
            length,
            frames,
            pixel_aspect=reader.pixel_aspect,
        )
        return open_source(opened, self.frame_rate)


def stamp_of(source: str) -> tuple[str, int]:
    """Find what changes with the content of a video, without reading it.

    Args:
        source: Path or address of a video, or a local folder of images.

    Returns:
        The stamp, and the size in bytes.

    Raises:
        VideoError: The video does not exist, or is empty.
        DataError: A store cannot be read.
    """
    path = local_path(source)
    if not is_url(path):
        return _stamp_of_path(Path(path))
    system, place = open_file_system(source)
    with storage_errors(source, VideoError, 'read'):
        info = system.info(place)
    size = int(info.get('size') or 0)
    _require_content(source, size)
    tags = [str(info[tag]) for tag in _TAGS if info.get(tag)]
    return f'{size} {" ".join(tags)}'.strip(), size


def _stamp_of_path(path: Path) -> tuple[str, int]:
    try:
        files = [path]
        if path.is_dir():
            files = [each for each in path.rglob('*') if each.is_file()]
        states = [each.stat() for each in files]
    except OSError as error:
        what = 'does not exist' if isinstance(error, FileNotFoundError) else None
        raise VideoError(
            f'{path} {what or f"cannot be read: {error.strerror}"}'
        ) from error
    size = sum(state.st_size for state in states)
    _require_content(str(path), size)
    newest = max(state.st_mtime_ns for state in states)
    return f'{len(states)} {size} {newest}', size


def _require_content(source: str, size: int) -> None:
    if size == 0:
        raise VideoError(f'{without_secrets(source)} is empty: it has no byte in it')
