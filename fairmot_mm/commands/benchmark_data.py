"""Measure how fast training data is read.

`benchmark_data.py COMMAND --help` explains each command.
"""

import argparse

from fairmot_mm.commands.benchmarks import index, samples
from fairmot_mm.commands.benchmarks.shared import parse_command
from fairmot_mm.utils.cli import one_line_errors
from fairmot_mm.utils.inputs import require_config
from fairmot_mm.utils.outputs import require_out_file

COMMANDS = (samples, index)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    return parse_command(__doc__, COMMANDS)


@one_line_errors('nothing was written')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_config(getattr(args, 'config', None))
    require_out_file(args.json)
    from fairmot_mm.actions.benchmark import benchmark

    benchmark(args)
