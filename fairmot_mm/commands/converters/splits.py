"""Converting the splits of a data set that has the form of the MOTChallenge."""

import argparse

from fairmot_mm.commands.converters.run_conversion import run_conversion
from fairmot_mm.utils.cli import make_parser
from fairmot_mm.utils.converter_arguments import add_converter_arguments


def parse_splits(description: str | None, name: str) -> argparse.Namespace:
    """Read the command line of this process.

    Args:
        description: What the command does.
        name: Default name of the set.
    """
    parser = make_parser(description or '')
    parser.add_argument('source', help='folder of train and val')
    add_converter_arguments(parser, name=name)
    parser.add_argument('--clip', action='store_true', help='clip boxes to the image')
    return parser.parse_args()


def run_splits(args: argparse.Namespace) -> None:
    """Convert the splits.

    Args:
        args: What `parse_splits` has read.
    """
    run_conversion('convert_splits', args, args.source)
