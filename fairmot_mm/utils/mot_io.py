"""Reading and writing MOTChallenge text files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.mot_table import ClassColumn, MOTTable

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
        classes: (N,) int64 class, 1 (pedestrian) in files without classes.
        visibility: (N,) float64 in [0, 1] of files with nine columns, 1 in all other
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

    def find(self, frames: np.ndarray, ids: np.ndarray) -> np.ndarray:
        """Find the rows of identities in frames.

        Args:
            frames: (K,) int64 frames.
            ids: (K,) int64 identities.

        Returns:
            (K,) int64 place of each row, -1 where there is none.
        """
        known = np.stack([self.frames, self.ids], axis=1)
        both = np.concatenate([known, np.stack([frames, ids], axis=1)])
        numbers = np.unique(both, axis=0, return_inverse=True)[1].ravel()
        places = np.full(len(both), -1)
        places[numbers[: len(self)]] = np.arange(len(self))
        return places[numbers[len(self) :]]

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, index: np.ndarray | slice) -> 'MOTRows':
        """The rows that a boolean mask, an integer array or a slice selects."""
        return MOTRows(*(column[index] for column in vars(self).values()))


def read_mot(path: str | Path) -> MOTRows:
    """Read a file with lines ``frame,id,left,top,width,height[,mark[,...]]``.

    Columns are separated by commas, or by spaces and tabs. The eighth column is the
    class, and in files of nine columns (MOT16, 17, 20) the last one is the visibility.
    In files of ten columns, columns 8 to 10 are world coordinates (MOT15), or class,
    truncation and occlusion (VisDrone), or class and twice -1 (results of several
    classes): classes are whole numbers in each row, truncation and occlusion small.

    Args:
        path: The text file.

    Returns:
        The rows of the file.

    Raises:
        DataError: See `MOTTable.read`.
    """
    return mot_rows(MOTTable.read(path))


def mot_rows(table: MOTTable) -> MOTRows:
    """Take the columns that have a meaning out of a table.

    Args:
        table: The lines of a file.

    Returns:
        The rows of the file.
    """
    values = table.values
    frames, ids = values[:, :2].astype(np.int64).T
    marks = values[:, 6].copy() if values.shape[1] > 6 else None
    rows = MOTRows.of_pedestrians(frames, ids, values[:, 2:6].copy(), marks)
    if table.class_column is not ClassColumn.NONE:
        rows = replace(rows, classes=values[:, 7].astype(np.int64))
        if values.shape[1] == 9:
            rows = replace(rows, visibility=values[:, 8].copy())
    return rows


def format_mot_rows(
    frame: int,
    ids: Iterable[int],
    tlwh: Iterable[Iterable[float]],
    classes: Sequence[int] | None = None,
    scores: Sequence[float] | None = None,
) -> str:
    """Format the result lines of one frame.

    Args:
        frame: Frame number, counted from 1.
        ids: (M,) track identities.
        tlwh: (M, 4) left, top, width, height in pixels of the frame.
        classes: (M,) classes, counted from 1 as in ground truth; None writes none.
        scores: (M,) scores of the detections; None writes 1, as the published tracker
            does.

    Returns:
        Lines ``frame,id,left,top,width,height,score,-1,-1,-1`` that end in a newline;
        with classes the last four columns are ``score,class,-1,-1``.
    """
    ids = list(ids)
    marks = ['1'] * len(ids) if scores is None else [f'{one:.6g}' for one in scores]
    return ''.join(
        f'{frame},{int(identity)},{x:.4f},{y:.4f},{w:.4f},{h:.4f},{mark},{label},'
        '-1,-1\n'
        for identity, (x, y, w, h), mark, label in zip(
            ids, tlwh, marks, classes or [-1] * len(ids), strict=True
        )
    )


def write_mot(
    path: str | Path, rows: MOTRows, with_classes: bool | None = None
) -> None:
    """Write results in one step, with columns as in `format_mot_rows` and their marks.

    Args:
        path: The text file. Its folder is created.
        rows: The results; their order is kept.
        with_classes: Whether to write classes; None writes them if any row is no
            pedestrian.

    Raises:
        OutputError: The folder cannot be created or written.
    """
    classes = rows.classes
    if with_classes is None:
        with_classes = bool((classes != PEDESTRIAN).any())
    if not with_classes:
        classes = np.full(len(rows), -1)
    table = np.column_stack([rows.frames, rows.ids, rows.tlwh, rows.marks, classes])
    with atomic_path(path) as temporary:
        np.savetxt(temporary, table, '%d,%d,%.4f,%.4f,%.4f,%.4f,%.6g,%d,-1,-1')
