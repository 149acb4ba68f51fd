"""Convert videos annotated with CVAT (exported as "CVAT for video 1.1")."""

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
    parser.add_argument(
        'source',
        help='folder that has a folder with an XML file and images for each video',
    )
    add_converter_arguments(
        parser, PERSON_CLASSES, has_frame_rate=True, has_ending=True
    )
    return parser.parse_args()


@one_line_errors('no list was written; the same command starts again')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    run_conversion('convert_cvat', args, args.source)
