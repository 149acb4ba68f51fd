"""Convert CrowdHuman, with an identity for every box or without identities."""

import argparse

from fairmot_mm.commands.converters.run_conversion import run_conversion
from fairmot_mm.utils.cli import make_parser, one_line_errors
from fairmot_mm.utils.converter_arguments import add_converter_arguments


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        'source',
        help='folder with annotation_train.odgt, annotation_val.odgt and the images',
    )
    add_converter_arguments(
        parser, name='crowdhuman', ignored='boxes with extra.ignore'
    )
    parser.add_argument(
        '--identities',
        choices=['per-box', 'none'],
        default='per-box',
        help='per-box: every box gets an identity, for Re-ID pretraining (default); '
        'none: boxes have no identity, for training detection only',
    )
    return parser.parse_args()


@one_line_errors('no list was written; the same command starts again')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    run_conversion('convert_crowdhuman', args, args.source)
