"""Convert a COCO-VID or COCO annotation file."""

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
    parser.add_argument('annotations', help='JSON file')
    parser.add_argument('image_root', help='folder that the file names are relative to')
    add_converter_arguments(
        parser,
        PERSON_CLASSES,
        has_frame_rate=True,
        has_ending=True,
        ignored='annotations with iscrowd or ignore',
    )
    return parser.parse_args()


@one_line_errors('no list was written; the same command starts again')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    run_conversion('convert_coco_vid', args, args.annotations, args.image_root)
