"""Convert CrowdHuman, with an identity for every box or without identities."""

import argparse

from fairmot_mm.datasets.converters import convert_crowdhuman
from fairmot_mm.utils.cli import add_converter_arguments, make_parser, run_converter


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        'source',
        help='folder with annotation_train.odgt, annotation_val.odgt and the images',
    )
    add_converter_arguments(parser, name='crowdhuman')
    parser.add_argument(
        '--identities',
        choices=['per-box', 'none'],
        default='per-box',
        help='per-box: every box gets an identity, for Re-ID pretraining (default); '
        'none: boxes have no identity, for training detection only',
    )
    return parser.parse_args()


def main() -> None:
    """Run the tool."""
    run_converter(convert_crowdhuman, parse_args())
