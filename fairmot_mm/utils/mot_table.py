"""The lines of a MOTChallenge text file, checked, and what its columns mean."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path

import numpy as np

from fairmot_mm.utils.errors import DataError
from fairmot_mm.utils.exact_numbers import LARGEST_WHOLE, whole_number
from fairmot_mm.utils.text_files import read_lines

_MOST_COLUMNS = 10


class ClassColumn(Enum):
    """What the eighth column of a file means."""

    NONE = 'the file has no classes'
    MOT = 'classes by the numbers of the MOTChallenge'
    VISDRONE = 'classes by the numbers of VisDrone'


@dataclass(frozen=True)
class MOTTable:
    """The N rows of a file, in file order.

    Attributes:
        path: The file.
        lines: All lines of the file.
        values: (N, C) float64, with C from 6 to 10.
        class_column: What the eighth column means.
    """

    path: Path
    lines: list[str]
    values: np.ndarray
    class_column: ClassColumn

    @cached_property
    def numbers(self) -> list[int]:
        """(N,) numbers of the lines that the rows are from, from 1."""
        return [number for number, _ in _rows(self.lines)]

    @cached_property
    def fields(self) -> list[list[str]]:
        """(N,) texts of the columns of each row, without comments."""
        return _split([text for _, text in _rows(self.lines)])

    @classmethod
    def read(
        cls, path: str | Path, class_column: ClassColumn | None = None
    ) -> 'MOTTable':
        """Read a file; columns are separated by commas, or by spaces and tabs.

        Text behind ``#`` is a comment, and blank lines mean nothing.

        Args:
            path: The text file.
            class_column: What the eighth column means; None finds it out by the values,
                and so does a file without this column.

        Returns:
            The rows of the file.

        Raises:
            DataError: The file is missing or is not text. Or a line has another number
                of columns than the first one, a value is not a finite number, or a
                frame, identity or class is not a whole number; the message has the
                number of the line.
        """
        path = Path(path)
        if not path.is_file():
            raise DataError(f'{path} does not exist')
        lines = read_lines(path)
        values = _parse(path, lines)
        if class_column is None or values.shape[1] < 8:
            class_column = _class_column(values)
        table = cls(path, lines, values, class_column)
        table._check()
        return table

    def _check(self) -> None:
        """Raise on the first value that cannot be used."""
        values = self.values
        columns = values.shape[1]
        has_classes = self.class_column is not ClassColumn.NONE
        names = {0: 'frame', 1: 'identity'}
        used = min(columns, 7)
        if has_classes:
            names[7] = 'class'
            used = min(columns, 9)
        whole = values[:, list(names)]
        with np.errstate(invalid='ignore'):
            wrong = (np.floor(whole) != whole) | (np.abs(whole) > LARGEST_WHOLE)
        wrong = wrong.any(axis=1) | ~np.isfinite(values[:, :used]).all(axis=1)
        if has_classes:
            wrong |= values[:, 7] < 0
        for row in np.flatnonzero(wrong):
            where, words = self.where(int(row)), self.fields[row]
            if not np.isfinite(values[row, :used]).all():
                raise DataError(f'{where}: not a finite number: {",".join(words)!r}')
            for column, name in names.items():
                low = 0 if name == 'class' else -LARGEST_WHOLE
                whole_number(words[column], f'{where}: {name}', low)

    def where(self, row: int) -> str:
        """File and line of a row, for a message.

        Args:
            row: Number of the row, from 0.
        """
        return f'{self.path}, line {self.numbers[row]}'


def _rows(lines: list[str]) -> list[tuple[int, str]]:
    """Numbers and texts of the lines that have a row, without comments."""
    return [
        (number, text)
        for number, line in enumerate(lines, 1)
        if (text := line.partition('#')[0].strip())
    ]


def _split(texts: list[str]) -> list[list[str]]:
    """Columns of each row; the first row shows what separates them."""
    if texts and ',' in texts[0]:
        return [[word.strip() for word in text.split(',')] for text in texts]
    return [text.split() for text in texts]


def _parse(path: Path, lines: list[str]) -> np.ndarray:
    """(N, C) float64 values of the columns; C is 10 where there is no row."""
    first = next((line for line in lines if line.partition('#')[0].strip()), None)
    if first is None:
        return np.zeros((0, _MOST_COLUMNS))
    separator = ',' if ',' in first.partition('#')[0] else None
    try:
        values = np.loadtxt(lines, delimiter=separator, ndmin=2, comments='#')
    except ValueError:
        values = np.zeros((0, 0))
    if 6 <= values.shape[1] <= _MOST_COLUMNS and all(map(str.isascii, lines)):
        return values
    rows = _rows(lines)
    return _parse_rows(path, rows, _split([text for _, text in rows]))


def _parse_rows(
    path: Path, rows: list[tuple[int, str]], fields: list[list[str]]
) -> np.ndarray:
    """Read rows that NumPy refuses as a table, or say which one is wrong."""
    columns = len(fields[0])
    for (number, text), words in zip(rows, fields, strict=True):
        where = f'{path}, line {number}'
        if not text.isascii() or '_' in text:  # float() reads 1_000 and other digits
            raise DataError(f'{where}: not numbers: {text[:80]!r}')
        if len(words) < 6:
            raise DataError(
                f'{where}: {len(words)} columns, at least 6 are needed, separated by '
                f'commas or by spaces: {" ".join(words)[:80]!r}'
            )
        if len(words) > _MOST_COLUMNS:
            raise DataError(
                f'{where}: {len(words)} columns, at most {_MOST_COLUMNS} have a meaning'
            )
        if len(words) != columns:
            raise DataError(
                f'{where}: {len(words)} columns where the first line has {columns}'
            )
    try:
        return np.array(fields, np.float64)
    except ValueError:
        row, word = next(
            (row, word)
            for row, words in enumerate(fields)
            for word in words
            if not _is_number(word)
        )
        raise DataError(
            f'{path}, line {rows[row][0]}: could not convert {word[:80]!r} to a number'
        ) from None


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _class_column(values: np.ndarray) -> ClassColumn:
    """Find out what the eighth column of a file means.

    Files of eight and nine columns have classes there. Files of ten columns have world
    coordinates (MOT15), classes with truncation and occlusion (VisDrone), classes
    followed by -1 (results of several classes), or nothing: -1 or 0 in each row.
    """
    if values.shape[1] < 8:
        return ClassColumn.NONE
    classes = values[:, 7]
    if (classes == -1).all():
        return ClassColumn.NONE
    if values.shape[1] < 10:
        return ClassColumn.MOT
    extra = values[:, 8:10]
    is_class = (np.floor(classes) == classes) & (classes >= -1) & (classes < 100)
    is_class &= ((extra >= -1) & (extra <= 3)).all(axis=1)
    if is_class.mean() <= 0.5 or (values[:, 7:10] == 0).all():
        return ClassColumn.NONE
    return ClassColumn.MOT if (extra == -1).all() else ClassColumn.VISDRONE
