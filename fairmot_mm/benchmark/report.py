"""Measurements as tables, for the screen and for documents."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from tabulate import tabulate

from fairmot_mm.benchmark.measure import compare_tracks
from fairmot_mm.utils import STEPS, write_text
from fairmot_mm.utils.marked_section import MarkedSection


class Grid(NamedTuple):
    """A table: a title, headers, and rows of as many cells."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]

    def show(self, console: Console) -> None:
        """Print it."""
        table = Table(*self.headers, title=self.title, box=box.SIMPLE)
        for column in table.columns[1:]:
            column.justify = 'right'
        for row in self.rows:
            table.add_row(*row)
        console.print(table)

    def markdown(self) -> str:
        """As it stands in a document, without the title."""
        return tabulate(self.rows, self.headers, 'github', disable_numparse=True)


def publish(
    grids: Sequence[Grid],
    about: str,
    numbers: dict[str, Any],
    json_file: Path | None = None,
    section: MarkedSection | None = None,
) -> None:
    """Show tables, and write what is asked for.

    Args:
        grids: The tables.
        about: What was measured, where: a line under them.
        numbers: All of it, for ``json_file``.
        json_file: File for the numbers.
        section: Part of a document that becomes tables and line.
    """
    for grid in grids:
        grid.show(Console())
    print(about)
    if json_file:
        write_text(json_file, json.dumps(numbers, indent=2) + '\n')
    if section:
        section.replace('\n\n'.join([*(grid.markdown() for grid in grids), about]))


def comparison(found: dict[str, dict[str, Any]], reference: str) -> Grid:
    """Variants against each other, and their tracks against those of one of them.

    Args:
        found: See `measure_side_by_side`. Each gets ``tracks``, see `compare_tracks`,
            and ``ratio``, of its speed to that of the first.
        reference: Name of the variant whose tracks count as right.
    """
    names = list(found)
    rows = []
    for name, one in found.items():
        one['ratio'] = one['fps'] / found[names[0]]['fps']
        one['tracks'] = compare_tracks(found[reference]['mot_file'], one['mot_file'])
        rows.append(
            (
                name,
                number(1 / one['fps']),
                number(one['fps']),
                f'{one["ratio"]:.2f}',
                *memory(one),
                'reference' if name == reference else sameness(one['tracks']),
            )
        )
    headers = (
        'variant',
        's a frame',
        'frames/s',
        f'x {names[0]}',
        'host MB',
        'GPU MB',
        f'tracks as {reference}',
    )
    return without_empty(Grid('file to MOT file', headers, rows))


def stages(found: dict[str, Any]) -> Grid:
    """Where the time of a frame goes; see `measure_in_full`."""
    whole = 1e3 / found['fps']
    rows = [
        (
            stage,
            f'{values["median_ms"]:.2f}',
            f'{values["p95_ms"]:.2f}',
            f'{values["mean_ms"]:.2f}',
            f'{100 * values["mean_ms"] / whole:.0f} %',
        )
        for stage, values in (
            (stage, found['stages'][stage])
            for stage in STEPS
            if stage in found['stages']
        )
    ]
    headers = ('stage', 'median ms', 'p95 ms', 'mean ms', 'of a frame')
    return Grid('stages, ms a frame', headers, rows)


def totals(found: dict[str, Any], save_video: bool) -> Grid:
    """Throughput, latency, memory; see `measure_in_full`."""
    host, device = memory(found)
    latency = found['latency']
    runs = ', '.join(number(found['frames'] / seconds) for seconds in found['seconds'])
    files = 'MOT file and mp4' if save_video else 'MOT file'
    rows = [
        (f'throughput, video to {files}', f'{number(found["fps"])} frames/s'),
        ('', f'{number(1 / found["fps"])} s a frame'),
        (f'its runs, {found["frames"]} frames each', f'{runs} frames/s'),
        ('latency, one frame at a time: median', f'{latency["median_ms"]:.1f} ms'),
        ('latency: p95', f'{latency["p95_ms"]:.1f} ms'),
        ('building the model', f'{found["setup_seconds"]:.1f} s'),
        ('first frames, not timed', f'{found["warmup_seconds"]:.1f} s'),
        ('peak memory of the process', f'{host} MB'),
        ('peak memory of PyTorch on the GPU', f'{device} MB' if device else 'no GPU'),
    ]
    return Grid('file to tracks', ('', ''), rows)


def sameness(tracks: dict[str, Any]) -> str:
    """How equal tracks are, in a few words."""
    if tracks['same'] < 1:
        return f'{100 * tracks["same"]:.1f} % of rows'
    return f'equal, {tracks["px"]:.0e} px' if tracks['px'] else 'equal'


def memory(found: dict[str, Any]) -> tuple[str, str]:
    """Peak MB of the process and of the GPU; empty without one."""
    device = found['memory']['device_mb']
    return f'{found["memory"]["host_mb"]:.0f}', f'{device:.0f}' if device else ''


def number(value: float) -> str:
    """Three digits that count."""
    return f'{value:.3g}' if value < 100 else f'{value:.0f}'


def without_empty(grid: Grid) -> Grid:
    """The grid without columns that no row has anything in."""
    kept = [k for k in range(len(grid.headers)) if any(row[k] for row in grid.rows)]
    return Grid(
        grid.title,
        [grid.headers[k] for k in kept],
        [[row[k] for k in kept] for row in grid.rows],
    )
