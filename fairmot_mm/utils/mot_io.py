"""Reading and writing MOTChallenge text files."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.errors import DataError

PEDESTRIAN = 1


@dataclass(frozen=True)
class MOTRows:
    """Rows of a ground truth or result file, in file order. N rows.

    Attributes:
        frames: (N,) int64, counted from 1.
        ids: (N,) int64 raw track ids.
        tlwh: (N, 4) float64 left, top, width, height in pixels of the frame.
        marks: (N,) float64 seventh column: 0 = not to be considered in ground truth,
            the confidence in results. 1 where the file has six columns.
        classes: (N,) int64 class of MOT16/17/20 ground truth, 1 (pedestrian) in every
            other form.
        visibility: (N,) float64 in [0, 1] of MOT16/17/20 ground truth, else 1.
    """

    frames: np.ndarray
    ids: np.ndarray
    tlwh: np.ndarray
    marks: np.ndarray
    classes: np.ndarray
    visibility: np.ndarray

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, index: np.ndarray | slice) -> 'MOTRows':
        """Rows picked by a boolean mask, an integer array or a slice."""
        return MOTRows(
            *(getattr(self, name)[index] for name in MOTRows.__dataclass_fields__)
        )


def read_mot(path: str | Path) -> MOTRows:
    """Read ``frame,id,left,top,width,height[,mark[,...]]`` lines.

    Nine columns are the MOT16/17/20 ground truth form (mark, class, visibility). Ten
    are MOT15 ground truth or a result file: columns 8 to 10 are world coordinates
    there and never a class.

    Raises:
        DataError: The file is missing, or a line is malformed (named by its number).
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f'{path} does not exist')
    try:
        with warnings.catch_warnings():
            # A tracker that found nobody writes an empty file.
            warnings.filterwarnings('ignore', message='.*input contained no data')
            table = np.loadtxt(path, delimiter=',', ndmin=2, comments='#')
    except ValueError as error:
        raise DataError(_first_bad_line(path)) from error
    if table.size == 0:
        table = table.reshape(0, 10)
    if table.shape[1] < 6 or not np.isfinite(table[:, :6]).all():
        raise DataError(_first_bad_line(path))
    columns = table.shape[1]
    ones = np.ones(len(table))
    has_class = columns == 9
    return MOTRows(
        frames=table[:, 0].astype(np.int64),
        ids=table[:, 1].astype(np.int64),
        tlwh=table[:, 2:6].copy(),
        marks=table[:, 6].copy() if columns > 6 else ones,
        classes=(table[:, 7] if has_class else ones * PEDESTRIAN).astype(np.int64),
        visibility=table[:, 8].copy() if has_class else ones,
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
    """Result lines of one frame, in the form the published tracker writes.

    Args:
        frame: Frame number counted from 1.
        ids: (M,) track identities.
        tlwh: (M, 4) left, top, width, height in pixels of the frame.
        classes: (M,) classes, counted from 1 as in ground truth.

    Returns:
        ``frame,id,left,top,width,height,1,-1,-1,-1`` lines, each ending in a newline;
        with classes ``1,class,-1,-1`` at their end.
    """
    ids = list(ids)
    return ''.join(
        f'{frame},{int(identity)},{x:.4f},{y:.4f},{w:.4f},{h:.4f},1,{label},-1,-1\n'
        for identity, (x, y, w, h), label in zip(
            ids, tlwh, classes or [-1] * len(ids), strict=True
        )
    )


def write_mot(path: str | Path, rows: MOTRows) -> None:
    """Write results in one step, in the form of `format_mot_rows` with their marks.

    Args:
        path: The text file to make. Its folder is created.
        rows: Results; their order is kept.

    Raises:
        OutputError: The folder cannot be created or written.
    """
    table = np.column_stack([rows.frames, rows.ids, rows.tlwh, rows.marks])
    with atomic_path(path) as temporary:
        np.savetxt(temporary, table, '%d,%d,%.4f,%.4f,%.4f,%.4f,%.6g,-1,-1,-1')


def write_text(path: str | Path, text: str) -> None:
    """Write ``text`` to ``path`` in one step (temporary name, then rename).

    Raises:
        OutputError: The folder cannot be created or written.
    """
    with atomic_path(path) as temporary:
        temporary.write_text(text)
