"""Convert BDD100K MOT as downloaded."""

import argparse

from fairmot_mm.commands.converters.run_conversion import run_conversion
from fairmot_mm.utils.benchmark_classes import BDD100K_SCORED
from fairmot_mm.utils.cli import make_parser, one_line_errors
from fairmot_mm.utils.converter_arguments import add_converter_arguments


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        'source',
        help='folder with images/track/SPLIT/VIDEO/*.jpg and '
        'labels/box_track_20/SPLIT/VIDEO.json',
    )
    add_converter_arguments(parser, BDD100K_SCORED, 'bdd100k')
    return parser.parse_args()


@one_line_errors('no list was written; the same command starts again')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    run_conversion('convert_bdd100k', args, args.source)
