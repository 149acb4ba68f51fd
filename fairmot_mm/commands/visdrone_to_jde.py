"""Convert VisDrone-MOT as downloaded."""

import argparse

from fairmot_mm.commands.converters.run_conversion import run_conversion
from fairmot_mm.utils.benchmark_classes import VISDRONE_SCORED
from fairmot_mm.utils.cli import make_parser, one_line_errors
from fairmot_mm.utils.converter_arguments import add_converter_arguments


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        'source', help='folder of the splits, or one such as VisDrone2019-MOT-train'
    )
    add_converter_arguments(parser, VISDRONE_SCORED, 'visdrone', has_frame_rate=True)
    return parser.parse_args()


@one_line_errors('no list was written; the same command starts again')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    run_conversion('convert_visdrone', args, args.source)
