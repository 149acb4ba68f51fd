"""Convert CrowdHuman: an identity for every box (Re-ID pretraining), or none."""

import argparse

from fairmot_mm.datasets.converters import convert_crowdhuman
from fairmot_mm.utils.cli import add_converter_arguments, run_converter


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'source', help='folder of annotation_train.odgt, annotation_val.odgt and images'
    )
    add_converter_arguments(parser, name='crowdhuman')
    parser.add_argument(
        '--identities',
        choices=['per-box', 'none'],
        default='per-box',
        help='per-box: every box its own (default); none: to train detection alone',
    )
    return parser.parse_args()


def main() -> None:
    """Run the tool."""
    run_converter(convert_crowdhuman, parse_args())


if __name__ == '__main__':
    main()
