"""Convert a COCO-VID or COCO annotation file."""

import argparse

from fairmot_mm.datasets.converters import PEDESTRIAN_ONLY, convert_coco_vid
from fairmot_mm.utils.cli import add_converter_arguments, make_parser, run_converter


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('annotations', help='JSON file')
    parser.add_argument('image_root', help='folder that the file names are relative to')
    add_converter_arguments(
        parser, PEDESTRIAN_ONLY, has_frame_rate=True, has_ending=True
    )
    return parser.parse_args()


def main() -> None:
    """Run the tool."""
    run_converter(convert_coco_vid, parse_args())
