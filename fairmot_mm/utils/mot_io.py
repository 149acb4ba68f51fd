"""Reading and writing MOTChallenge text files."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.errors import DataError

PEDESTRIAN = 1


@dataclass(frozen=True)
class MOTRows:
    """The N rows of a ground truth or result file, in file order.

    Attributes:
        frames: (N,) int64, counted from 1.
        ids: (N,) int64 raw track ids.
        tlwh: (N, 4) float64 left, top, width, height in pixels of the frame.
        marks: (N,) float64 seventh column: in ground truth 0 for rows that do not
            count, in results the score. 1 if the file has six columns.
        classes: (N,) int64 class of MOT16/17/20 ground truth, 1 (pedestrian) in all
            other files.
        visibility: (N,) float64 in [0, 1] of MOT16/17/20 ground truth, 1 in all other
            files.
    """

    frames: np.ndarray
    ids: np.ndarray
    tlwh: np.ndarray
    marks: np.ndarray
    classes: np.ndarray
    visibility: np.ndarray

    @classmethod
    def of_pedestrians(
        cls,
        frames: np.ndarray,
        ids: np.ndarray,
        tlwh: np.ndarray,
        marks: np.ndarray | None = None,
    ) -> 'MOTRows':
        """Make rows of fully visible pedestrians.

        Args:
            frames: See `MOTRows`.
            ids: See `MOTRows`.
            tlwh: See `MOTRows`.
            marks: See `MOTRows`; None is 1 for each row.

        Returns:
            The rows, with class 1 and visibility 1.
        """
        ones = np.ones(len(frames))
        marks = ones if marks is None else marks
        return cls(frames, ids, tlwh, marks, ones.astype(np.int64), ones)

    def is_counted_pedestrian(self) -> np.ndarray:
        """(N,) bool: pedestrians of ground truth with a mark other than 0."""
        return (self.marks != 0) & (self.classes == PEDESTRIAN)

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, index: np.ndarray | slice) -> 'MOTRows':
        """The rows that a boolean mask, an integer array or a slice selects."""
        return MOTRows(*(column[index] for column in vars(self).values()))


def read_mot(path: str | Path) -> MOTRows:
    """Read a file with lines ``frame,id,left,top,width,height[,mark[,...]]``.

    A file of nine columns is MOT16/17/20 ground truth (mark, class, visibility). A file
    of ten columns is MOT15 ground truth or a result file; its columns 8 to 10 are world
    coordinates and never a class.

    Args:
        path: The text file.

    Returns:
        The rows of the file.

    Raises:
        DataError: The file is missing, or a line is malformed; the message has the
            number of the line.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f'{path} does not exist')
    try:
        with warnings.catch_warnings():
            # A tracker without any track writes an empty file.
            warnings.filterwarnings('ignore', message='.*input contained no data')
            table = np.loadtxt(path, delimiter=',', ndmin=2, comments='#')
    except ValueError as error:
        raise DataError(_first_bad_line(path)) from error
    if table.size == 0:
        table = table.reshape(0, 10)
    if table.shape[1] < 6 or not np.isfinite(table[:, :6]).all():
        raise DataError(_first_bad_line(path))
    frames, ids = table[:, :2].astype(np.int64).T
    marks = table[:, 6].copy() if table.shape[1] > 6 else None
    rows = MOTRows.of_pedestrians(frames, ids, table[:, 2:6].copy(), marks)
    if table.shape[1] != 9:
        return rows
    return replace(
        rows, classes=table[:, 7].astype(np.int64), visibility=table[:, 8].copy()
    )


def _first_bad_line(path: Path) -> str:
    """Say which line of a file that numpy refused is wrong, and why."""
    columns = None
    for number, line in enumerate(path.read_text(errors='replace').splitlines(), 1):
        fields = line.split('#')[0].strip().split(',')
        if fields == ['']:
            continue
        columns = columns or len(fields)
        where = f'{path}, line {number}'
        if len(fields) < 6:
            return f'{where}: {len(fields)} columns, at least 6 are needed: {line!r}'
        if len(fields) != columns:
            return f'{where}: {len(fields)} columns where the first line has {columns}'
        try:
            values = [float(field) for field in fields]
        except ValueError as error:
            return f'{where}: {error}'
        if not np.isfinite(values[:6]).all():
            return f'{where}: not a finite number: {line!r}'
    return f'{path}: not a MOTChallenge text file'


def format_mot_rows(
    frame: int,
    ids: Iterable[int],
    tlwh: Iterable[Iterable[float]],
    classes: Sequence[int] | None = None,
) -> str:
    """Format the result lines of one frame as the published tracker does.

    Args:
        frame: Frame number, counted from 1.
        ids: (M,) track identities.
        tlwh: (M, 4) left, top, width, height in pixels of the frame.
        classes: (M,) classes, counted from 1 as in ground truth; None writes none.

    Returns:
        Lines ``frame,id,left,top,width,height,1,-1,-1,-1`` that end in a newline; with
        classes the last four columns are ``1,class,-1,-1``.
    """
    ids = list(ids)
    return ''.join(
        f'{frame},{int(identity)},{x:.4f},{y:.4f},{w:.4f},{h:.4f},1,{label},-1,-1\n'
        for identity, (x, y, w, h), label in zip(
            ids, tlwh, classes or [-1] * len(ids), strict=True
        )
    )


def write_mot(path: str | Path, rows: MOTRows) -> None:
    """Write results in one step, with columns as in `format_mot_rows` and their marks.

    Args:
        path: The text file. Its folder is created.
        rows: The results; their order is kept.

    Raises:
        OutputError: The folder cannot be created or written.
    """
    table = np.column_stack([rows.frames, rows.ids, rows.tlwh, rows.marks])
    with atomic_path(path) as temporary:
        np.savetxt(temporary, table, '%d,%d,%.4f,%.4f,%.4f,%.4f,%.6g,-1,-1,-1')


def write_text(path: str | Path, text: str) -> None:
    """Write a text file in one step: a temporary file is renamed when it is complete.

    Args:
        path: The file. Its folder is created.
        text: The new content.

    Raises:
        OutputError: The folder cannot be created or written.
    """
    with atomic_path(path) as temporary:
        temporary.write_text(text)
