"""Convert SportsMOT as downloaded."""

import argparse

from fairmot_mm.commands.converters.splits import parse_splits, run_splits
from fairmot_mm.utils.cli import one_line_errors


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    return parse_splits(__doc__, 'sportsmot')


@one_line_errors('no list was written; the same command starts again')
def main() -> None:
    """Run the tool."""
    run_splits(parse_args())
