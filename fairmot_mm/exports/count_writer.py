"""Writing what is counted at lines and zones."""

from pathlib import Path

from fairmot_mm.exports.appended_file import AppendedFile
from fairmot_mm.exports.csv_writer import csv_lines
from fairmot_mm.exports.track_counter import TrackCounter
from fairmot_mm.exports.tracked_frame import TrackedFrame, TrackedVideo

_EVENT_COLUMNS = ('frame', 'time', 'line', 'id', 'class', 'direction')
_SUM_COLUMNS = ('line', 'class', 'in', 'out', 'inside')


class CountWriter:
    """Writes who crossed what, as it happens, and the sums at the end.

    The table of events has the columns ``frame``, ``time`` (seconds from the first
    frame), ``line`` (name of the line or zone), ``id``, ``class`` and ``direction``
    (``in`` or ``out``). The table of sums has ``line``, ``class``, ``in``, ``out`` and,
    for a zone, ``inside``: the number of tracks that are in it in the last frame. See
    `TrackWriter`.

    Args:
        path: The table of events.
        sums: The table of sums.
        video: The video; it has the names of the classes.
        counter: It has counted a frame before `write` gets it.
    """

    def __init__(
        self, path: Path, sums: Path, video: TrackedVideo, counter: TrackCounter
    ) -> None:
        self.path, self.video, self.counter = path, video, counter
        self.num_frames = 0
        self._is_closed = False
        self._events, self._sums = AppendedFile(path), AppendedFile(sums)

    def write(self, frame: TrackedFrame) -> None:
        """Append the events of the next frame, see `TrackWriter`."""
        rows = [
            (
                frame.number,
                f'{frame.time:.6f}',
                event.line,
                event.identity,
                self.video.class_name(event.label),
                event.direction,
            )
            for event in frame.events or ()
        ]
        head = '' if self.num_frames else csv_lines([_EVENT_COLUMNS])
        if head or rows:
            self._events.append(head + csv_lines(rows))
        self.num_frames += 1

    def close(self) -> None:
        """Write the sums and finish both files, see `TrackWriter`."""
        if self.num_frames and not self._is_closed:
            self._sums.append(csv_lines([_SUM_COLUMNS, *self._sum_rows()]))
        self._is_closed = True
        self._sums.close()
        self._events.close()

    def _sum_rows(self) -> list[tuple[object, ...]]:
        """The sums so far, see `TrackCounter.counts`."""
        return [
            (
                count.line,
                self.video.class_name(count.label),
                count.entered,
                count.left,
                '' if count.inside is None else count.inside,
            )
            for count in self.counter.counts
        ]
