"""Writing tracks as a table with named columns, in text."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from fairmot_mm.exports.appended_file import AppendedFile
from fairmot_mm.exports.tracked_frame import TrackedFrame, TrackedVideo

COLUMNS = (
    'frame',
    'time',
    'id',
    'class_id',
    'class',
    'score',
    'x',
    'y',
    'width',
    'height',
)


class CSVWriter:
    """Writes a line for each track of each frame below a line with the names.

    See `TrackWriter`. The columns are: number of the frame in result files; seconds
    from the first frame; identity; number of the class, from 0, and its name; score of
    the detection; left, top, width and height in pixels of the frame.

    Args:
        path: The file to make. Its folder is created.
        video: The video; it has the names of the classes.
        grows: Whether the file has its name from the first frame on, so that others can
            follow it.
    """

    def __init__(
        self, path: str | Path, video: TrackedVideo, grows: bool = False
    ) -> None:
        self.path, self.video = Path(path), video
        self.num_frames = 0
        self._file = AppendedFile(path, grows)

    def write(self, frame: TrackedFrame) -> None:
        """Append the tracks of the next frame, see `TrackWriter`."""
        rows = (
            (
                frame.number,
                f'{frame.time:.6f}',
                identity,
                label,
                self.video.class_name(label),
                f'{score:.6g}',
                *(f'{value:.4f}' for value in box),
            )
            for identity, label, score, box in zip(
                frame.ids.tolist(),
                frame.labels.tolist(),
                frame.scores.tolist(),
                frame.tlwh.tolist(),
                strict=True,
            )
        )
        head = '' if self.num_frames else csv_lines([COLUMNS])
        self._file.append(head + csv_lines(rows))
        self.num_frames += 1

    def close(self) -> None:
        """Finish the file and give it its name, see `TrackWriter`."""
        self._file.close()


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """Format rows of a table; a text with a comma or a quote is quoted.

    Args:
        rows: The values of each row.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator='\n').writerows(rows)
    return text.getvalue()
