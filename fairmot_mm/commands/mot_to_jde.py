"""Convert MOTChallenge sequences (MOT15, 16, 17, 20, or your own in the same form)."""

import argparse

from fairmot_mm.commands.converters.run_conversion import run_conversion
from fairmot_mm.utils.cli import make_parser, one_line_errors
from fairmot_mm.utils.converter_arguments import (
    PERSON_CLASSES,
    add_converter_arguments,
)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('source', help='folder of sequences, such as MOT17/train')
    add_converter_arguments(parser, PERSON_CLASSES, ignored='rows whose mark is 0')
    parser.add_argument(
        '--sequences',
        nargs='+',
        help="convert only these; put patterns in quotes: '*-SDP'",
    )
    parser.add_argument(
        '--half',
        action='store_true',
        help='also write the half protocol: lists NAME.half, NAME.val, NAME.emb, and '
        'the second halves with their ground truth in OUT/NAME/images/half-val',
    )
    parser.add_argument(
        '--first-id',
        type=int,
        default=0,
        help='lowest identity (default: 0; the published scripts count from 1)',
    )
    return parser.parse_args()


@one_line_errors('no list was written; the same command starts again')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    run_conversion('convert_mot', args, args.source)
