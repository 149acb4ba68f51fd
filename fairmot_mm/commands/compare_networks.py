"""Compare networks: parameters, multiply-adds and time for a frame on this CPU.

The table is in Markdown. The weights are random: the time does not depend on them.
"""

import argparse
from pathlib import Path

from fairmot_mm.commands.benchmarks.shared import add_report_arguments
from fairmot_mm.utils import cli
from fairmot_mm.utils.inputs import require_config


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = cli.make_parser(__doc__)
    parser.add_argument(
        'configs', nargs='*', type=Path, help='configs (default: all our networks)'
    )
    cli.add_input_size_argument(parser, (1088, 608))
    cli.add_number_arguments(parser, runs=(3, 'number of runs; the median counts'))
    add_report_arguments(parser)
    return parser.parse_args()


@cli.one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    for config in args.configs:
        require_config(config)
    from fairmot_mm.actions.compare_networks import compare_networks

    compare_networks(args)
