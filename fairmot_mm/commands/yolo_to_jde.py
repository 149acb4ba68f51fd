"""Convert folders of images with YOLO text files."""

import argparse

from fairmot_mm.datasets.converters import PEDESTRIAN_ONLY, convert_yolo
from fairmot_mm.utils.cli import add_converter_arguments, make_parser, run_converter


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('source', help='folder with images/ and labels/')
    add_converter_arguments(parser, PEDESTRIAN_ONLY, has_frame_rate=True)
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


def main() -> None:
    """Run the tool."""
    run_converter(convert_yolo, parse_args())
