"""Convert SportsMOT as downloaded."""

import argparse

from fairmot_mm.utils.cli import (
    add_converter_arguments,
    make_parser,
    one_line_errors,
    run_converter,
)
from fairmot_mm.utils.inputs import require_paths
from fairmot_mm.utils.outputs import require_out_folder


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('source', help='folder of train and val')
    add_converter_arguments(parser, name='sportsmot')
    parser.add_argument('--clip', action='store_true', help='clip boxes to the image')
    return parser.parse_args()


@one_line_errors('no list was written; the same command starts again')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_paths(args.source)
    require_out_folder(args.out)
    from fairmot_mm.datasets.converters import convert_splits

    run_converter(convert_splits, args)
