"""Reading result files of several classes: MOT text, and the forms of benchmarks."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from fairmot_mm.evaluation.class_truths import ClassTruths
from fairmot_mm.evaluation.mot_protocols import SequenceTracks
from fairmot_mm.evaluation.result_folder import match_result_files
from fairmot_mm.evaluation.scored_rows import RESULTS, refuse_unscorable
from fairmot_mm.utils import DataError, MOTRows
from fairmot_mm.utils.bdd_io import read_bdd
from fairmot_mm.utils.class_files import ClassRows, require_classes
from fairmot_mm.utils.frame_numbering import Frames
from fairmot_mm.utils.kitti_io import read_kitti
from fairmot_mm.utils.mot_io import mot_rows
from fairmot_mm.utils.mot_table import ClassColumn, MOTTable


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
            column 8.
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
    is_named = truths.form in ('kitti', 'bdd100k')
    rows, _, where = (
        _read_named(file, truths) if is_named else read_numbered(file, truths.classes)
    )
    refuse_unscorable(
        rows, lambda row: f'{where(row)}: {name}', RESULTS, frames, hint, by_class=True
    )
    return rows


def read_numbered(file: Path, classes: Sequence[str]) -> ClassRows:
    """Read results as MOT text with classes.

    Args:
        file: The file.
        classes: Names of the classes in the order of their numbers, from 1.

    Returns:
        The rows.

    Raises:
        DataError: The file has no column of classes, or a class without a name.
    """
    table = MOTTable.read(file)
    if len(table.values) and table.class_column is ClassColumn.NONE:
        raise DataError(
            f'{file} has no column of classes, but the ground truth has '
            f'{len(classes)} ({", ".join(classes)}): write the number of the class, '
            'from 1, in column 8'
        )
    rows = mot_rows(table)
    require_classes(rows.classes, tuple(classes), table.where, 'the ground truth')
    return ClassRows(rows, tuple(classes), table.where)


def _read_named(file: Path, truths: ClassTruths) -> ClassRows:
    """Results with names of classes; those of no scored class are left out."""
    rows = read_kitti(file) if truths.form == 'kitti' else read_bdd(file)[0]
    numbers = {name: number for number, name in enumerate(truths.classes, 1)}
    found = np.array([numbers.get(name, 0) for name in rows.names], np.int64)
    kept = np.flatnonzero(found)
    all_rows = replace(
        MOTRows.of_pedestrians(rows.frames, rows.ids, rows.tlwh, rows.scores),
        classes=found,
    )
    return ClassRows(
        all_rows[kept], truths.classes, lambda row: rows.where(int(kept[row]))
    )
