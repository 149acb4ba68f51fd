"""Convert UA-DETRAC as downloaded."""

import argparse

from fairmot_mm.commands.converters.run_conversion import run_conversion
from fairmot_mm.utils.cli import make_parser, one_line_errors
from fairmot_mm.utils.converter_arguments import add_converter_arguments

CLASSES = ('vehicle,car,van,bus,others',)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        'source',
        help='folder with the unpacked archives: images MVI_NUMBER/*.jpg and '
        'annotations MVI_NUMBER.xml',
    )
    add_converter_arguments(parser, CLASSES, 'ua-detrac')
    return parser.parse_args()


@one_line_errors('no list was written; the same command starts again')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    run_conversion('convert_ua_detrac', args, args.source)
