"""Writing what is counted at lines and zones."""

from contextlib import ExitStack
from pathlib import Path

from fairmot_mm.exports.appended_file import AppendedFile
from fairmot_mm.exports.count_board import CountBoard
from fairmot_mm.exports.csv_writer import csv_lines
from fairmot_mm.exports.tracked_frame import TrackedFrame, TrackedVideo

_EVENT_COLUMNS = ('frame', 'time', 'line', 'id', 'class', 'direction')
_SUM_COLUMNS = ('line', 'class', 'in', 'out', 'inside')


class CountWriter:
    """Writes who crossed what, as it happens, and the sums at the end.

    The table of events has the columns ``frame``, ``time`` (seconds from the first
    frame), ``line`` (name of the line or zone), ``id``, ``class`` and ``direction``
    (``in`` or ``out``). The table of sums has ``line``, ``class``, ``in``, ``out`` and,
    for a zone, ``inside``: the number of tracks that are in it in the last frame. The
    sums are those of `TrackedFrame.board`, which may have counted earlier frames, too.
    See `TrackWriter`.

    Args:
        path: The table of events.
        sums: The table of sums.
        video: The video; it has the names of the classes.
        grows: Whether the table of events has its name from the first frame on.

    Attributes:
        num_events: Number of rows in the table of events.
    """

    def __init__(
        self, path: Path, sums: Path, video: TrackedVideo, grows: bool = False
    ) -> None:
        self.path, self.video = path, video
        self.num_frames = self.num_events = 0
        self._board: CountBoard | None = None
        self._events, self._sums = AppendedFile(path, grows), AppendedFile(sums)

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
        self.num_events += len(rows)
        self._board = frame.board

    def close(self) -> None:
        """Write the sums and finish both files, see `TrackWriter`."""
        board, self._board = self._board, None
        with ExitStack() as files:
            files.callback(self._events.close)
            files.callback(self._sums.close)
            if board is not None:
                self._sums.append(csv_lines([_SUM_COLUMNS, *_sum_rows(board)]))


def _sum_rows(board: CountBoard) -> list[tuple[object, ...]]:
    """The rows of the table of sums."""
    return [
        (
            count.line,
            name,
            count.entered,
            count.left,
            '' if count.inside is None else count.inside,
        )
        for count, name in zip(board.counts, board.classes, strict=True)
    ]
