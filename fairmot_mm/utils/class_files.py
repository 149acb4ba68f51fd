"""Ground truth of several classes as MOT text, with the names of its classes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fairmot_mm.utils.benchmark_classes import VISDRONE_CLASSES
from fairmot_mm.utils.benchmark_rules import IGNORE_REGION, VISDRONE_RULES
from fairmot_mm.utils.errors import DataError
from fairmot_mm.utils.mot_io import MOTRows, mot_rows
from fairmot_mm.utils.mot_table import ClassColumn, MOTTable
from fairmot_mm.utils.text_files import read_names

CLASS_FILE = 'labels.txt'  # beside gt.txt; CVAT calls it this way


class ClassRows(NamedTuple):
    """Ground truth of several classes.

    Attributes:
        rows: The rows. Class 0 is an ignore region; rows of mark 0 are neutral.
        classes: Names of the classes in the order of their numbers, from 1.
        where: Names file and line of a row, for messages.
    """

    rows: MOTRows
    classes: tuple[str, ...]
    where: Callable[[int], str]


def class_names_of(gt_file: str | Path) -> list[str]:
    """Read the names in ``labels.txt`` beside a ground truth.

    Args:
        gt_file: The ground truth.

    Returns:
        The names; none without the file.

    Raises:
        DataError: The file of names cannot be read.
    """
    names = Path(gt_file).with_name(CLASS_FILE)
    return read_names(names) if names.is_file() else []


def read_class_rows(gt_file: str | Path) -> ClassRows:
    """Read a ``gt.txt`` whose classes ``labels.txt`` beside it names, or of VisDrone.

    Args:
        gt_file: The ground truth.

    Returns:
        Its rows and classes.

    Raises:
        DataError: A file is malformed, ``labels.txt`` is missing and the columns are
            not those of VisDrone, or a class has no name.
    """
    gt_file = Path(gt_file)
    names = gt_file.with_name(CLASS_FILE)
    if not names.is_file():
        table = MOTTable.read(gt_file)
        if table.class_column is ClassColumn.VISDRONE:
            return read_visdrone(gt_file)
        raise DataError(
            f'{names} does not exist: write the names of the classes there, one on '
            'each line in the order of their numbers'
        )
    classes = tuple(read_names(names))
    twice = [name for name in classes if classes.count(name) > 1]
    if twice:
        raise DataError(f'{names}: class {twice[0]!r} occurs twice')
    table = MOTTable.read(gt_file, ClassColumn.MOT)
    if len(table.values) and table.class_column is ClassColumn.NONE:
        raise DataError(
            f'{gt_file} has no column of classes, but {names} names {len(classes)}: '
            'write the class in column 8'
        )
    return _named(table, classes, str(names))


def read_visdrone(gt_file: str | Path) -> ClassRows:
    """Read a file of ``annotations`` of VisDrone-MOT.

    Args:
        gt_file: The file.

    Returns:
        Its rows, with classes 1 to 10. The classes 0 and 11 are ignore regions.

    Raises:
        DataError: The file is malformed.
    """
    table = MOTTable.read(gt_file, ClassColumn.VISDRONE)
    if table.values.shape[1] < 10:
        raise DataError(
            f'{gt_file} has {table.values.shape[1]} columns, and a file of VisDrone 10'
        )
    found = _named(table, VISDRONE_CLASSES[1:], 'VisDrone')
    others = found.rows.classes == VISDRONE_CLASSES.index('others')
    classes = np.where(others, IGNORE_REGION, found.rows.classes)
    return found._replace(
        rows=replace(found.rows, classes=classes), classes=VISDRONE_RULES.classes
    )


def _named(table: MOTTable, classes: tuple[str, ...], names: str) -> ClassRows:
    rows = mot_rows(table)
    require_classes(rows.classes, classes, table.where, names, IGNORE_REGION)
    return ClassRows(rows, classes, table.where)


def require_classes(
    numbers: np.ndarray,
    classes: tuple[str, ...],
    where: Callable[[int], str],
    named_by: str,
    low: int = 1,
) -> None:
    """Raise on a number of a class that has no name.

    Args:
        numbers: (R,) class of each row.
        classes: Names of the classes in the order of their numbers, from 1.
        where: Names the place of a row, for the message.
        named_by: What names the classes, for the message.
        low: Smallest allowed number.

    Raises:
        DataError: A number is not that of a class.
    """
    wrong = np.flatnonzero((numbers < low) | (numbers > len(classes)))
    if len(wrong):
        row = int(wrong[0])
        raise DataError(
            f'{where(row)}: class {numbers[row]}, but {named_by} names the classes 1 '
            f'to {len(classes)} ({", ".join(classes)})'
        )
