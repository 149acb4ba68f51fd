"""Writing tracks as "CVAT for video 1.1", to be corrected in CVAT."""

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from fairmot_mm.exports.tracked_frame import TrackedFrame
from fairmot_mm.exports.whole_file_writer import WholeFileWriter
from fairmot_mm.utils import atomic_path

# A box of which less is visible is marked as occluded.
_VISIBLE_SHARE = 0.5
_SCHEMA = """
CREATE TABLE boxes (id, frame, label, score, occluded, xtl, ytl, xbr, ybr)
"""
# SQLite sorts on the disk: memory does not grow with the number of boxes.
_BY_TRACK = 'SELECT * FROM boxes ORDER BY id, frame'
_CLASSES = """
SELECT id, label, COUNT(*) AS number FROM boxes
GROUP BY id, label ORDER BY id, number, -label
"""


class _Box(NamedTuple):
    """A row of the table of boxes; corners in pixels, ``frame`` from 0."""

    identity: int
    frame: int
    label: int
    score: float
    occluded: bool
    xtl: float
    ytl: float
    xbr: float
    ybr: float


class CVATWriter(WholeFileWriter):
    """Writes an XML file that CVAT imports as "CVAT for video 1.1".

    See `TrackWriter`. Frames count from 0, by their places in the video. Every box is a
    key frame with the attribute ``score``. In the frame after a gap has begun the track
    is ``outside``, so that CVAT draws nothing into the gap. A box is ``occluded`` where
    less than half of it is visible, if the source knows that. CVAT gives a track one
    class: a track with several has the one of most of its boxes, and a warning says so.

    Boxes wait on the disk until `close` writes them track by track. ``fairmot convert
    cvat`` makes training data of the corrected file.

    Args:
        path: The file to make. Its folder is created.
        video: The video; it has the names of the classes.
    """

    _errors = (OSError, sqlite3.Error)
    _boxes: sqlite3.Connection
    _xml: Path
    _size: tuple[int, int]
    _last: int

    def write(self, frame: TrackedFrame) -> None:
        """Append the tracks of the next frame, see `TrackWriter`."""
        for label in set(frame.labels.tolist()):
            self.video.class_name(label)  # it must have one
        rows = [
            (identity, frame.index, label, score, hidden, *corners)
            for identity, label, score, hidden, corners in zip(
                frame.ids.tolist(),
                frame.labels.tolist(),
                frame.scores.tolist(),
                (frame.visibility < _VISIBLE_SHARE).tolist(),
                frame.xyxy.tolist(),
                strict=True,
            )
        ]
        with self._all_or_nothing():
            if not self._is_open:
                self._open()
                self._size = frame.size
            self._boxes.executemany(
                f'INSERT INTO boxes VALUES ({",".join("?" * len(_Box._fields))})', rows
            )
        self._last = frame.index
        self.num_frames += 1

    def close(self) -> None:
        """Write the file and give it its name, see `TrackWriter`."""
        if not self._is_open:
            return
        self._is_open = False
        with self._all_or_nothing():
            with self._xml.open('w', encoding='utf-8') as file:
                self._write_head(file)
                self._write_tracks(file)
                file.write('</annotations>\n')
            self._files.close()

    def _open(self) -> None:
        """Make an empty table in a temporary file of SQLite."""
        self._xml = self._files.enter_context(atomic_path(self.path))
        # Without a name, SQLite puts the table into a file that it removes itself.
        boxes = sqlite3.connect('', isolation_level=None, check_same_thread=False)
        self._boxes = self._files.enter_context(closing(boxes))
        boxes.execute(_SCHEMA)
        boxes.execute('BEGIN')
        self._is_open = True

    def _write_head(self, file: IO[str]) -> None:
        width, height = self._size
        labels = ''.join(
            f'        <label><name>{escape(name)}</name><attributes><attribute>'
            '<name>score</name><mutable>True</mutable><input_type>text</input_type>'
            '<default_value></default_value><values></values>'
            '</attribute></attributes></label>\n'
            for name in self.video.classes
        )
        file.write(
            '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n'
            '  <version>1.1</version>\n  <meta>\n    <task>\n'
            f'      <name>{escape(self.video.name)}</name>\n'
            f'      <size>{self._last + 1}</size>\n'
            '      <mode>interpolation</mode>\n      <overlap>0</overlap>\n'
            '      <start_frame>0</start_frame>\n'
            f'      <stop_frame>{self._last}</stop_frame>\n'
            f'      <labels>\n{labels}      </labels>\n'
            f'      <original_size><width>{width}</width><height>{height}</height>'
            '</original_size>\n    </task>\n  </meta>\n'
        )

    def _write_tracks(self, file: IO[str]) -> None:
        classes = _most_frequent(self._boxes.execute(_CLASSES))
        changed = 0
        rows = map(_Box._make, self._boxes.execute(_BY_TRACK))
        for identity, track in groupby(rows, key=itemgetter(0)):
            label, is_only = next(classes)
            changed += not is_only
            name = quoteattr(self.video.class_name(label))
            file.write(f'  <track id="{identity}" label={name} source="auto">\n')
            previous: _Box | None = None
            for box in track:
                if previous and box.frame > previous.frame + 1:
                    file.write(_shape(previous, previous.frame + 1))
                file.write(_shape(box))
                previous = box
            if previous and previous.frame < self._last:
                file.write(_shape(previous, previous.frame + 1))
            file.write('  </track>\n')
        if changed:
            warnings.warn(
                f'{self.path}: {changed} tracks change their class; in CVAT each has '
                'the class of most of its boxes',
                stacklevel=2,
            )


def _most_frequent(counts: sqlite3.Cursor) -> Iterator[tuple[int, bool]]:
    """Class of most boxes of each track, and whether it is its only class."""
    for _, rows in groupby(counts, key=itemgetter(0)):
        labels = [label for _, label, _ in rows]
        yield labels[-1], len(labels) == 1


def _shape(box: _Box, outside_from: int | None = None) -> str:
    """A box, or the same box as the sign that the track is outside from a frame on."""
    outside = outside_from is not None
    frame = outside_from if outside else box.frame
    occluded = int(box.occluded and not outside)
    return (
        f'    <box frame="{frame}" keyframe="1" outside="{int(outside)}" '
        f'occluded="{occluded}" xtl="{box.xtl:.4f}" ytl="{box.ytl:.4f}" '
        f'xbr="{box.xbr:.4f}" ybr="{box.ybr:.4f}" z_order="0">'
        f'<attribute name="score">{box.score:.6g}</attribute></box>\n'
    )
