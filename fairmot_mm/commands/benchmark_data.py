"""Measure how fast training data is read.

`benchmark_data.py COMMAND --help` explains each command.
"""

import argparse

from fairmot_mm.benchmark.command import parse_command
from fairmot_mm.benchmark.commands import index, samples
from fairmot_mm.benchmark.report import Report
from fairmot_mm.utils.cli import one_line_errors

COMMANDS = (samples, index)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    return parse_command(__doc__, COMMANDS)


@one_line_errors('nothing was written')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    args.run(args, Report(args))
