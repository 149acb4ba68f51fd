"""Convert videos annotated with CVAT (exported as "CVAT for video 1.1")."""

import argparse

from fairmot_mm.datasets.converters import PEDESTRIAN_ONLY, convert_cvat
from fairmot_mm.utils.cli import add_converter_arguments, make_parser, run_converter


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        'source',
        help='folder that has a folder with an XML file and images for each video',
    )
    add_converter_arguments(
        parser, PEDESTRIAN_ONLY, has_frame_rate=True, has_ending=True
    )
    return parser.parse_args()


def main() -> None:
    """Run the tool."""
    run_converter(convert_cvat, parse_args())
