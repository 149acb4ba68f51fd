"""Reading a ground truth or result file for scoring; errors name file and line."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from fairmot_mm.utils import DataError, MOTRows, require_frames
from fairmot_mm.utils.box_units import refuse_fractions
from fairmot_mm.utils.class_files import CLASS_FILE, class_names_of
from fairmot_mm.utils.frame_numbering import Frames
from fairmot_mm.utils.mot_io import PEDESTRIAN, mot_rows
from fairmot_mm.utils.mot_table import ClassColumn, MOTTable

GROUND_TRUTH, RESULTS = 'ground truth has', 'results have'


def read_scored_rows(
    path: str | Path,
    name: str,
    what: str,
    frames: Frames | None = None,
    class_number: int | None = None,
    hint: str = '',
) -> MOTRows:
    """Read the rows of a file that can be scored, or say which line cannot.

    Args:
        path: A ground truth or result file.
        name: Name of the sequence, for messages.
        what: `GROUND_TRUTH` or `RESULTS`.
        frames: Numbers of the frames of the sequence. None allows every frame from 0
            on, as for a part of a sequence.
        class_number: Take only rows of this class, from 1, and make pedestrians of
            them. None takes all rows; results then must be pedestrians.
        hint: What to do about a frame that the sequence does not have.

    Returns:
        The rows in file order.

    Raises:
        DataError: The file is missing or malformed, a frame, an identity or a side of a
            box is negative, most boxes are fractions of the image, an identity is in a
            frame twice, the sequence does not have a frame, or ground truth or results
            have several classes.
    """
    table = MOTTable.read(path)
    rows = mot_rows(table)
    places = np.arange(len(rows))

    def where(row: int) -> str:
        return f'{table.where(int(places[row]))}: {name}'

    if class_number is not None:
        if class_number != PEDESTRIAN and table.class_column is ClassColumn.NONE:
            raise DataError(f'{path} has no column of classes: class {class_number}')
        places = np.flatnonzero(rows.classes == class_number)
        rows = rows[places]
        rows = replace(rows, classes=np.full_like(rows.classes, PEDESTRIAN))
    elif what == GROUND_TRUTH and (
        table.class_column is ClassColumn.VISDRONE or len(class_names_of(path)) > 1
    ):
        kind = CLASS_FILE if class_names_of(path) else 'those of VisDrone'
        raise DataError(
            f'{path} has several classes ({kind}), and here only pedestrians are '
            'scored: use ClassMOTMetric or fairmot evaluate, or choose one class with '
            'label or --class'
        )
    elif what == RESULTS:
        _refuse(
            rows.classes != PEDESTRIAN,
            where,
            lambda row: (
                f'{what} class {rows.classes[row]}, and only pedestrians are '
                'scored: choose the rows of one class with --class'
            ),
        )
    refuse_unscorable(rows, where, what, frames, hint)
    return rows


def refuse_unscorable(
    rows: MOTRows,
    where: Callable[[int], str],
    what: str,
    frames: Frames | None = None,
    hint: str = '',
    by_class: bool = False,
) -> None:
    """Raise on the first row that no protocol can score.

    Args:
        rows: The rows.
        where: Names the place of a row, from 0.
        what: `GROUND_TRUTH` or `RESULTS`.
        frames: See `read_scored_rows`.
        hint: See `read_scored_rows`.
        by_class: Whether an identity may be in a frame once in each class.

    Raises:
        DataError: See `read_scored_rows`.
    """
    _refuse(rows.frames < 0, where, lambda row: f'{what} frame {rows.frames[row]}')
    if frames is not None:
        require_frames(rows.frames, frames, what, where, hint)
    _refuse(
        rows.ids < 0,
        where,
        lambda row: (
            f'{what} identity {rows.ids[row]}: identities are not negative '
            '(detections without identities, as in det.txt, are no tracks)'
        ),
    )
    _refuse(
        (rows.tlwh[:, 2] < 0) | (rows.tlwh[:, 3] < 0),
        where,
        lambda row: (
            f'{what} a box of {rows.tlwh[row, 2]:g} x {rows.tlwh[row, 3]:g} pixels'
        ),
    )
    refuse_fractions(rows.tlwh, where, what)
    _refuse_twice(rows, where, what, by_class)


def _refuse(
    wrong: np.ndarray, where: Callable[[int], str], message: Callable[[int], str]
) -> None:
    """Raise on the first row of a mask (R,)."""
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(f'{where(row)}: {message(row)}')


def _refuse_twice(
    rows: MOTRows, where: Callable[[int], str], what: str, by_class: bool
) -> None:
    """Raise on the first row with frame and identity of an earlier row."""
    classes = rows.classes if by_class else np.zeros_like(rows.ids)
    pairs = np.stack([rows.frames, rows.ids, classes])
    first = np.unique(pairs, axis=1, return_index=True)[1]
    again = np.ones(len(rows), dtype=bool)
    again[first] = False
    _refuse(
        again,
        where,
        lambda row: (
            f'{what} identity {rows.ids[row]} more than once in frame '
            f'{rows.frames[row]}'
        ),
    )
