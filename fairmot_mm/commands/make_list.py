"""Write a list of the images that have a label file."""

import argparse

from fairmot_mm.utils.cli import add_workers_argument, make_parser, one_line_errors
from fairmot_mm.utils.converter_arguments import run_converter
from fairmot_mm.utils.inputs import require_paths


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('root', help='data root of the training configs')
    parser.add_argument('list_file', help='list to write, relative to ROOT')
    parser.add_argument(
        'patterns',
        nargs='+',
        help="files or folders below ROOT, in quotes: 'MOT17/images/train/*-SDP'",
    )
    parser.add_argument(
        '--part',
        choices=['all', 'half', 'val', 'emb'],
        default='all',
        help='all images of each folder, the first half, the rest (val), or every '
        'third image of the rest (emb)',
    )
    parser.add_argument(
        '--num-classes', type=int, default=1, help='number of classes of the labels'
    )
    add_workers_argument(parser)
    return parser.parse_args()


@one_line_errors('no list was written; the same command starts again')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_paths(args.root)
    from fairmot_mm.datasets.converters import make_list

    run_converter(make_list, args)
