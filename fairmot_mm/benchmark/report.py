"""Measurements as tables for the screen and for documents."""

import argparse
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tabulate import tabulate

from fairmot_mm.utils import write_text
from fairmot_mm.utils.marked_section import MarkedSection

Rows = Sequence[Mapping[str, Any]]


class Report:
    """Shows measurements and writes them to the files that the user named.

    It is made before anything is measured, so that a wrong file name costs no time.

    Args:
        args: The command line, with the options of `add_report_arguments`.

    Raises:
        DataError: The document does not exist or lacks the section.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        self.json_file = args.json
        self.section = MarkedSection.parse(args.write) if args.write else None

    def publish(self, tables: Sequence[Rows], about: str, numbers: Any) -> None:
        """Print the tables and write what was asked for.

        Args:
            tables: Rows of each table, see `format_table`.
            about: What was measured, and on which machine: a line below the tables.
            numbers: All numbers, for the JSON file.

        Raises:
            OutputError: A file cannot be written.
        """
        text = '\n\n'.join([*map(format_table, tables), about])
        print(text)
        if self.json_file:
            write_text(self.json_file, json.dumps(numbers, indent=2) + '\n')
        if self.section:
            self.section.replace(text)


def format_table(rows: Rows) -> str:
    """Write a table in Markdown.

    Args:
        rows: Values of each row by header. None is an empty cell, and a float gets as
            many digits as `format_number` gives it. A column that is empty in every row
            is left out.
    """
    keys = dict.fromkeys(key for row in rows for key in row)
    kept = [key for key in keys if any(row.get(key) is not None for row in rows)]
    cells = [[_format_cell(row.get(key)) for key in kept] for row in rows]
    return tabulate(cells, kept, 'github', disable_numparse=True)


def format_tracks(tracks: dict[str, Any]) -> str:
    """Say how equal tracks are, from what `compare_tracks` gives."""
    if tracks['same'] < 1:
        return f'{100 * tracks["same"]:.1f} % of rows'
    return f'equal, {tracks["px"]:.0e} px' if tracks['px'] else 'equal'


def format_number(value: float) -> str:
    """Format with three significant digits, large numbers as whole numbers."""
    return f'{value:.3g}' if abs(value) < 100 else f'{value:.0f}'


def _format_cell(value: Any) -> str:
    if isinstance(value, float):
        return format_number(value)
    return '' if value is None else str(value)
