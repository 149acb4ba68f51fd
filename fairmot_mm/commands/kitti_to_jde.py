"""Convert KITTI tracking as downloaded."""

import argparse

from fairmot_mm.commands.converters.run_conversion import run_conversion
from fairmot_mm.utils.cli import make_parser, one_line_errors
from fairmot_mm.utils.converter_arguments import add_converter_arguments

CLASSES = ('pedestrian', 'car')


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('source', help='folder training with image_02 and label_02')
    add_converter_arguments(parser, CLASSES, 'kitti')
    parser.add_argument(
        '--val',
        nargs='+',
        default=(),
        metavar='SEQ',
        help='sequences of the list NAME.val, such as 0001 0006; the others are in '
        'NAME.train',
    )
    return parser.parse_args()


@one_line_errors('no list was written; the same command starts again')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    run_conversion('convert_kitti', args, args.source)
