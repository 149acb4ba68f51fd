"""Convert folders of images with YOLO text files."""

import argparse

from fairmot_mm.commands.converters.run_conversion import run_conversion
from fairmot_mm.utils.cli import make_parser, one_line_errors
from fairmot_mm.utils.converter_arguments import (
    PERSON_CLASSES,
    add_converter_arguments,
)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('source', help='folder with images/ and labels/')
    add_converter_arguments(parser, PERSON_CLASSES, has_frame_rate=True)
    parser.add_argument(
        '--names',
        nargs='+',
        help='names of the class numbers (default: SOURCE/classes.txt or data.yaml)',
    )
    parser.add_argument(
        '--track-ids',
        action='store_true',
        help='the sixth column is an identity, and each folder of images is a video',
    )
    return parser.parse_args()


@one_line_errors('no list was written; the same command starts again')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    run_conversion('convert_yolo', args, args.source)
