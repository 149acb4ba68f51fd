"""Writing the tracks of chunks as those of one video."""

import io
from typing import BinaryIO

import numpy as np

from fairmot_mm.models.trackers import ChunkJoin, ChunkTracks


class JoinedTracks:
    """Writes the rows of one chunk after the other, with identities of the whole video.

    In the frames that two chunks share, the rows of the earlier chunk count; the later
    one has just begun there. Rows keep their bytes except for the identity. People whom
    the later chunk has alone get the next numbers.

    Args:
        join: Finds the tracks of two chunks that are one person.
        file: Where the rows are written.

    Attributes:
        num_boxes: Number of rows written.
        num_people: Number of identities written.
    """

    def __init__(self, join: ChunkJoin, file: BinaryIO) -> None:
        self.join = join
        self.num_boxes = 0
        self.num_people = 0
        self._file = file
        self._tracks = _read_tracks(b'')
        self._ids: dict[int, int] = {}  # identity in the video by that in the chunk
        self._last = 0  # number of the last frame of the chunk before
        self._next_id = 1

    def add(self, text: bytes, last: int) -> None:
        """Write the rows of the next chunk.

        Args:
            text: Its rows, in the form of `format_mot_rows`.
            last: Number of its last frame.
        """
        tracks = _read_tracks(text)
        shared = tracks.frames <= self._last
        common = np.isin(self._tracks.frames, tracks.frames[shared])
        pairs = self.join.match(_take(self._tracks, common), _take(tracks, shared))
        ids = {new: self._ids[old] for new, old in pairs.items()}
        rows = [line.split(b',', 2) for line in text.splitlines(keepends=True)]
        lines = []
        for row in rows[int(shared.sum()) :]:
            identity = int(row[1])
            if identity not in ids:
                ids[identity] = self._next_id
                self._next_id += 1
            lines.append(b'%s,%d,%s' % (row[0], ids[identity], row[2]))
        self._file.write(b''.join(lines))
        self.num_boxes += len(lines)
        self.num_people = self._next_id - 1
        self._tracks, self._ids, self._last = tracks, ids, last


def _read_tracks(text: bytes) -> ChunkTracks:
    """The rows of a chunk as arrays."""
    if not text:
        none = np.zeros(0, np.int64)
        return ChunkTracks(none, none, np.zeros((0, 4)), none)
    table = np.loadtxt(io.BytesIO(text), delimiter=',', usecols=range(8), ndmin=2)
    frames, ids, labels = table[:, [0, 1, 7]].astype(np.int64).T
    return ChunkTracks(frames, ids, table[:, 2:6], labels)


def _take(tracks: ChunkTracks, rows: np.ndarray) -> ChunkTracks:
    return ChunkTracks(*(column[rows] for column in tracks))
