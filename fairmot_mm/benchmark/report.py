"""Measurements as tables for the screen and for documents."""

import argparse
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from tabulate import tabulate

from fairmot_mm.utils import write_text
from fairmot_mm.utils.marked_section import MarkedSection


class Grid(NamedTuple):
    """A table of texts.

    Attributes:
        title: Title on the screen; documents have their own.
        headers: Headers of the columns.
        rows: Rows with a cell for each header.
    """

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]

    @classmethod
    def of_numbers(cls, title: str, rows: Sequence[Mapping[str, Any]]) -> 'Grid':
        """Make a table of dicts with the same keys, which become the headers.

        Args:
            title: Title of the table.
            rows: Values of each row by header. None is an empty cell, and a float gets
                as many digits as `format_number` gives it.
        """
        cells = [[_format_cell(value) for value in row.values()] for row in rows]
        return cls(title, list(rows[0]), cells)

    def show(self, console: Console) -> None:
        """Print the table."""
        table = Table(*self.headers, title=self.title, box=box.SIMPLE)
        for column in table.columns[1:]:
            column.justify = 'right'
        for row in self.rows:
            table.add_row(*row)
        console.print(table)

    def markdown(self) -> str:
        """Write the table as a document has it, without the title."""
        return tabulate(self.rows, self.headers, 'github', disable_numparse=True)

    def without_empty(self) -> 'Grid':
        """Leave out the columns that are empty in every row."""
        kept = [k for k in range(len(self.headers)) if any(row[k] for row in self.rows)]
        return Grid(
            self.title,
            [self.headers[k] for k in kept],
            [[row[k] for k in kept] for row in self.rows],
        )


def add_report_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that `Report` reads."""
    parser.add_argument('--json', metavar='FILE', help='write all numbers to this file')
    parser.add_argument(
        '--write',
        metavar='FILE#NAME',
        help='put the tables between the lines <!-- NAME --> and <!-- end of NAME --> '
        'of a document',
    )


class Report:
    """Shows measurements and writes them to the files that the user named.

    It is made before anything is measured, so that a wrong file name costs no time.

    Args:
        args: The command line, with the options of `add_report_arguments`.

    Raises:
        DataError: The document does not exist or has no such section.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        self.json_file = args.json
        self.section = MarkedSection.parse(args.write) if args.write else None

    def publish(self, grids: Sequence[Grid], about: str, numbers: Any) -> None:
        """Print the tables and write what was asked for.

        Args:
            grids: The tables.
            about: What was measured, and on which machine: a line below the tables.
            numbers: All numbers, for the JSON file.

        Raises:
            OutputError: A file cannot be written.
        """
        for grid in grids:
            grid.show(Console())
        print(about)
        if self.json_file:
            write_text(self.json_file, json.dumps(numbers, indent=2) + '\n')
        if self.section:
            tables = [grid.markdown() for grid in grids]
            self.section.replace('\n\n'.join([*tables, about]))


def format_tracks(tracks: dict[str, Any]) -> str:
    """Say how equal tracks are, from what `compare_tracks` gives."""
    if tracks['same'] < 1:
        return f'{100 * tracks["same"]:.1f} % of rows'
    return f'equal, {tracks["px"]:.0e} px' if tracks['px'] else 'equal'


def format_number(value: float) -> str:
    """Format with three significant digits, large numbers as whole numbers."""
    return f'{value:.3g}' if abs(value) < 100 else f'{value:.0f}'


def format_memory(megabytes: float | None) -> str:
    """Format a size in MB as a whole number; it is empty where there is none."""
    return '' if megabytes is None else f'{megabytes:.0f}'


def _format_cell(value: Any) -> str:
    if isinstance(value, float):
        return format_number(value)
    return '' if value is None else str(value)
