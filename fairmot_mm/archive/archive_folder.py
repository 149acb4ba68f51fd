"""The folder with the results and records of an archive."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

from fairmot_mm.archive.chunks import Chunk
from fairmot_mm.archive.storage import Storage
from fairmot_mm.archive.track_settings import Identity
from fairmot_mm.archive.video_record import (
    DONE,
    WRITING,
    VideoRecord,
    decode_json,
)
from fairmot_mm.utils.claim_output import lock_output
from fairmot_mm.utils.urls import local_path
from fairmot_mm.video.frame_index import FrameIndex

# The summary has this name, which no result may have.
SUMMARY = 'summary'
_RECORDS = 'records'


class ArchiveFolder:
    """Results ``NAME.txt``, and what is known about each below ``records``.

    A result and its record are two files, so the record says first that the result is
    being written. Whoever is killed in between leaves a record that does not say
    ``done``, and the video is tracked again.

    Args:
        out: A local path, or an address such as ``s3://bucket/folder``.

    Raises:
        DataError: The address cannot be used.
    """

    def __init__(self, out: str | Path) -> None:
        self.storage = Storage(out)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other runs of this machine out until the body ends.

        In an object store there is no lock: two runs do the same work twice there, and
        write equal files.

        Raises:
            NameTakenError: Another run is writing there.
            OutputError: The folder cannot be written.
        """
        if not self.storage.is_local:
            yield
            return
        with lock_output(Path(local_path(self.storage.folder)) / _RECORDS / 'run'):
            yield

    def sweep(self, names: set[str]) -> None:
        """Remove what killed workers have left: files that never got their names.

        Args:
            names: Names of results that nobody else is writing.
        """
        if not self.storage.is_local:
            return
        root = Path(local_path(self.storage.folder))
        for file in root.glob('.*.txt.*.part'):
            if file.name[1:].rpartition('.txt.')[0] in names:
                file.unlink(missing_ok=True)
        for file in (root / _RECORDS).rglob('.*.part'):
            file.unlink(missing_ok=True)

    def read_records(self) -> dict[str, VideoRecord]:
        """Read the records of all videos.

        Returns:
            The records by name.

        Raises:
            DataError: A record cannot be read.
        """
        files = [
            f'{_RECORDS}/{name}'
            for name in self.storage.sizes(_RECORDS)
            if name.endswith('.json')
        ]
        records = [
            VideoRecord.decode(data, self.storage.address(file))
            for file, data in zip(files, self.storage.read_all(files), strict=True)
        ]
        return {record.name: record for record in records}

    def result_sizes(self) -> dict[str, int]:
        """List the results.

        Returns:
            Size in bytes by name.
        """
        return {
            PurePosixPath(name).stem: size
            for name, size in self.storage.sizes().items()
            if name.endswith('.txt') and name != f'{SUMMARY}.txt'
        }

    def write_settings(self, identity: Identity) -> None:
        """Write what results depend on, once for all of them.

        Args:
            identity: The identity that records name by its digest.
        """
        text = json.dumps(identity.content, indent=1)
        name = f'{_RECORDS}/settings/{identity.digest}.json'
        self.storage.write(name, text.encode())

    def read_settings(self, digest: str) -> dict[str, object]:
        """Read what results of an earlier run depended on.

        Args:
            digest: Digest of the identity.
        """
        name = f'{_RECORDS}/settings/{digest}.json'
        return decode_json(self.storage.read(name), self.storage.address(name))

    def publish(self, record: VideoRecord, text: Path) -> VideoRecord:
        """Give a complete result its name.

        Args:
            record: What is known about it.
            text: The result.

        Returns:
            The final record.

        Raises:
            OutputError: It cannot be written.
        """
        record = _measured(record, text)
        self.write_record(record.in_state(WRITING))
        self.storage.put(f'{record.name}.txt', text)
        self.write_record(record)
        return record

    def write_record(self, record: VideoRecord) -> None:
        """Write the record of a video.

        Args:
            record: The record.
        """
        self.storage.write(f'{_RECORDS}/{record.name}.json', record.encode())

    def publish_chunk(self, chunk: Chunk, record: VideoRecord, text: Path) -> None:
        """Keep the tracks of a chunk until all chunks of its video are there.

        Args:
            chunk: The frames.
            record: What is known about them.
            text: The tracks.
        """
        stem = f'{self._chunk_folder(record)}/{chunk.name}'
        record = _measured(record, text)
        self.storage.put(f'{stem}.txt', text)
        self.storage.write(f'{stem}.json', record.encode())

    def read_chunks(self, record: VideoRecord) -> dict[Chunk, VideoRecord]:
        """Find the chunks of a video that are done.

        Args:
            record: A record of the video, with the settings that count.

        Returns:
            The records of the chunks.
        """
        folder = self._chunk_folder(record)
        sizes = self.storage.sizes(folder)
        names = [name for name in sizes if name.endswith('.json')]
        files = [f'{folder}/{name}' for name in names]
        found = {}
        for name, data in zip(names, self.storage.read_all(files), strict=True):
            stem = PurePosixPath(name).stem
            own = VideoRecord.decode(data, self.storage.address(f'{folder}/{name}'))
            is_same = own.source == record.source and own.stamp == record.stamp
            if is_same and sizes.get(f'{stem}.txt') == own.num_bytes:
                found[Chunk.of_name(stem)] = own
        return found

    def read_chunk(self, record: VideoRecord, chunk: Chunk) -> bytes:
        """Read the tracks of a chunk.

        Args:
            record: A record of the video.
            chunk: The frames.
        """
        return self.storage.read(f'{self._chunk_folder(record)}/{chunk.name}.txt')

    def write_index(self, record: VideoRecord, index: FrameIndex) -> None:
        """Keep where the frames of a video are, so that each chunk finds its own.

        Args:
            record: A record of the video.
            index: The index.
        """
        self.storage.write(f'{self._chunk_folder(record)}/index.npz', index.encode())

    def read_index(self, record: VideoRecord) -> FrameIndex:
        """Read what `write_index` wrote.

        Args:
            record: A record of the video.
        """
        data = self.storage.read(f'{self._chunk_folder(record)}/index.npz')
        return FrameIndex.decode(data)

    def remove_chunks(self, name: str) -> None:
        """Remove the chunks of a video that is done.

        Args:
            name: Name of its result.
        """
        self.storage.remove(f'{_RECORDS}/chunks/{name}')

    def videos_with_chunks(self) -> list[str]:
        """Names of the videos of which there are chunks."""
        return self.storage.folders(f'{_RECORDS}/chunks')

    def _chunk_folder(self, record: VideoRecord) -> str:
        """Chunks of other settings lie in another folder."""
        return f'{_RECORDS}/chunks/{record.name}/{record.settings[:16]}'


def _measured(record: VideoRecord, text: Path) -> VideoRecord:
    with text.open('rb') as file:
        digest = hashlib.file_digest(file, 'sha256').hexdigest()
    size = text.stat().st_size
    return replace(record, state=DONE, sha256=digest, num_bytes=size)
