"""Prepare Caltech, CityPersons, CUHK-SYSU, PRW or ETHZ as JDE distributes them."""

import argparse

from fairmot_mm.commands.converters.run_conversion import run_conversion
from fairmot_mm.utils.cli import add_workers_argument, make_parser, one_line_errors

MIX_SETS = ('caltech', 'citypersons', 'cuhksysu', 'prw', 'eth')


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('name', choices=MIX_SETS, help='name of the set')
    parser.add_argument(
        'source', help='unpacked folder with images and labels_with_ids'
    )
    parser.add_argument('out', help='data root of the training configs')
    parser.add_argument(
        '--lists',
        nargs='+',
        default=(),
        help='published list files to use instead of new ones',
    )
    add_workers_argument(parser)
    return parser.parse_args()


@one_line_errors('no list was written; the same command starts again')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    run_conversion('prepare_mix_set', args, args.source, *args.lists)
