"""Writing tracks as a Parquet table."""

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from fairmot_mm.exports.tracked_frame import TrackedFrame, TrackedVideo
from fairmot_mm.exports.whole_file_writer import WholeFileWriter
from fairmot_mm.utils import ConfigError, atomic_path

if TYPE_CHECKING:
    from pyarrow import Schema
    from pyarrow.parquet import ParquetWriter as ArrowWriter

# Rows, and frames with rows, that wait in memory until they are written together.
_ROWS_OF_A_GROUP = 50_000
_FRAMES_OF_A_GROUP = 5_000
_TYPES = {
    'frame': 'int64',
    'time': 'float64',
    'id': 'int64',
    'class_id': 'int64',
    'class': 'string',
    'score': 'float64',
    'x': 'float64',
    'y': 'float64',
    'width': 'float64',
    'height': 'float64',
}


class ParquetWriter(WholeFileWriter):
    """Writes a row for each track of each frame, in row groups, with typed columns.

    See `TrackWriter`; the columns are those of `CSVWriter`, with numbers as they are.
    The metadata of the file has ``video`` (name) and ``frame_rate``.

    Args:
        path: The file to make. Its folder is created.
        video: The video; it has the names of the classes.
        rows_of_a_group: Number of rows that are written together.

    Raises:
        ConfigError: pyarrow is not installed.
    """

    _table: 'ArrowWriter'

    def __init__(
        self,
        path: str | Path,
        video: TrackedVideo,
        rows_of_a_group: int = _ROWS_OF_A_GROUP,
    ) -> None:
        super().__init__(path, video)
        self.rows_of_a_group = rows_of_a_group
        self._arrow = _import_arrow()
        self._waiting: list[TrackedFrame] = []
        self._num_waiting = 0

    def write(self, frame: TrackedFrame) -> None:
        """Append the tracks of the next frame, see `TrackWriter`."""
        for label in set(frame.labels.tolist()):
            self.video.class_name(label)  # it must have one
        with self._all_or_nothing():
            if not self._is_open:
                self._open()
            if len(frame):
                self._waiting.append(frame)
                self._num_waiting += len(frame)
            self.num_frames += 1
            if (
                self._num_waiting >= self.rows_of_a_group
                or len(self._waiting) >= _FRAMES_OF_A_GROUP
            ):
                self._write_group()

    def close(self) -> None:
        """Finish the file and give it its name, see `TrackWriter`."""
        if not self._is_open:
            return
        self._is_open = False
        with self._all_or_nothing():
            self._write_group()
            self._files.close()

    def _open(self) -> None:
        from pyarrow.parquet import ParquetWriter as ArrowWriter

        temporary = self._files.enter_context(atomic_path(self.path))
        self._table = self._files.enter_context(ArrowWriter(temporary, self._schema))
        self._is_open = True

    @property
    def _schema(self) -> 'Schema':
        about = {'video': self.video.name, 'frame_rate': str(self.video.frame_rate)}
        return self._arrow.schema([*_TYPES.items()], metadata=about)

    def _write_group(self) -> None:
        """Write the rows that wait."""
        group, self._waiting, self._num_waiting = self._waiting, [], 0
        if not group:
            return
        counts = [len(frame) for frame in group]
        labels = np.concatenate([frame.labels for frame in group])
        boxes = np.concatenate([frame.tlwh for frame in group])
        columns = {
            'frame': np.repeat([frame.number for frame in group], counts),
            'time': np.repeat([frame.time for frame in group], counts),
            'id': np.concatenate([frame.ids for frame in group]),
            'class_id': labels,
            'class': np.array(self.video.classes, object)[labels],
            'score': np.concatenate([frame.scores for frame in group]),
            **dict(zip(('x', 'y', 'width', 'height'), boxes.T, strict=True)),
        }
        self._table.write_table(self._arrow.table(columns, schema=self._schema))


def _import_arrow() -> ModuleType:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ConfigError(
            f'Parquet needs pyarrow ({error}): pip install "fairmot_mm[parquet]"'
        ) from error
    return pyarrow
