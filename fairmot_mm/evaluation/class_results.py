"""Reading result files of several classes: MOT text, and the forms of benchmarks."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from fairmot_mm.evaluation.class_truths import ClassTruths
from fairmot_mm.evaluation.mot_protocols import SequenceTracks
from fairmot_mm.evaluation.result_folder import match_result_files
from fairmot_mm.evaluation.scored_rows import RESULTS, refuse_unscorable
from fairmot_mm.utils import DataError, MOTRows
from fairmot_mm.utils.bdd_io import read_bdd
from fairmot_mm.utils.class_files import CLASS_FILE, require_classes
from fairmot_mm.utils.frame_numbering import Frames
from fairmot_mm.utils.kitti_io import read_kitti
from fairmot_mm.utils.mot_io import mot_rows
from fairmot_mm.utils.mot_table import ClassColumn, MOTTable
from fairmot_mm.utils.text_files import read_names


def read_class_results(
    folder: str | Path,
    truths: ClassTruths,
    root: str | Path,
    *,
    all_sequences: bool = True,
    missing: str = 'error',
) -> list[SequenceTracks]:
    """Read the results of every sequence.

    Args:
        folder: Folder of the result files, ``SEQUENCE.txt`` or, for BDD100K,
            ``SEQUENCE.json``.
        truths: The sequences to score. Results of KITTI and BDD100K are in the form of
            the benchmark; others are MOT text with the number of the class, from 1, in
            column 8. ``labels.txt`` beside them names the numbers, where they are not
            those of the ground truth; rows of a class that it lacks are left out.
        root: Folder of the ground truth, for messages.
        all_sequences: See `read_result_folder`.
        missing: See `read_result_folder`.

    Returns:
        The sequences to score.

    Raises:
        DataError: A result file is missing or malformed, has no classes or a class that
            has no name, or belongs to no sequence.
    """
    suffix = '.json' if truths.form == 'bdd100k' else '.txt'
    files = match_result_files(
        folder,
        [truth.name for truth in truths.truths],
        root,
        all_sequences=all_sequences,
        missing=missing,
        suffix=suffix,
    )
    sequences = []
    for name, gt, frames, hint in truths.truths:
        results = gt[:0]
        if name in files:
            results = _read_results(files[name], truths, name, frames, hint)
        sequences.append(SequenceTracks(name, gt, results, frames=frames))
    return sequences


def _read_results(
    file: Path, truths: ClassTruths, name: str, frames: Frames, hint: str
) -> MOTRows:
    if truths.form in ('kitti', 'bdd100k'):
        rows, where = _read_named(file, truths)
    else:
        rows, where = _read_numbered(file, truths.classes)
    refuse_unscorable(
        rows, lambda row: f'{where(row)}: {name}', RESULTS, frames, hint, by_class=True
    )
    return rows


def _read_numbered(
    file: Path, classes: Sequence[str]
) -> tuple[MOTRows, Callable[[int], str]]:
    """Results as MOT text with classes, numbered as in the ground truth."""
    table = MOTTable.read(file)
    if len(table.values) and table.class_column is ClassColumn.NONE:
        raise DataError(
            f'{file} has no column of classes, but the ground truth has '
            f'{len(classes)} ({", ".join(classes)}): write the number of the class, '
            'from 1, in column 8'
        )
    rows = mot_rows(table)
    names, named_by = tuple(classes), 'the ground truth'
    own = file.with_name(CLASS_FILE)
    if own.is_file():
        names, named_by = tuple(read_names(own)), str(own)
    require_classes(rows.classes, names, table.where, named_by)
    numbers = [0, *(_number_of(name, classes) for name in names)]
    if not any(numbers):
        raise DataError(
            f'{own} names the classes {", ".join(names)}, and the ground truth has '
            f'none of them: {", ".join(classes)}'
        )
    return _of_classes(rows, np.array(numbers)[rows.classes], table.where)


def _read_named(
    file: Path, truths: ClassTruths
) -> tuple[MOTRows, Callable[[int], str]]:
    """Results with names of classes."""
    rows = read_kitti(file) if truths.form == 'kitti' else read_bdd(file)[0]
    numbers = [_number_of(name, truths.classes) for name in rows.names]
    return _of_classes(
        MOTRows.of_pedestrians(rows.frames, rows.ids, rows.tlwh, rows.scores),
        np.array(numbers, np.int64),
        rows.where,
    )


def _number_of(name: str, classes: Sequence[str]) -> int:
    """Number of a class from 1, without regard to case; 0 where there is none."""
    lower = [each.lower() for each in classes]
    return lower.index(name.lower()) + 1 if name.lower() in lower else 0


def _of_classes(
    rows: MOTRows, numbers: np.ndarray, where: Callable[[int], str]
) -> tuple[MOTRows, Callable[[int], str]]:
    """Rows with new numbers of their classes, without those of number 0."""
    kept = np.flatnonzero(numbers)
    return (
        replace(rows, classes=numbers)[kept],
        lambda row: where(int(kept[row])),
    )
