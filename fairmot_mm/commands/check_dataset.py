"""Find what makes a training fail, with file and line. Exit code 1 on errors."""

import argparse

from fairmot_mm.utils.cli import add_workers_argument, make_parser, one_line_errors
from fairmot_mm.utils.inputs import require_config, require_paths

# Keys of fairmot_mm.datasets.check.KINDS.
KINDS = (
    'bad-list',
    'missing-image',
    'missing-label',
    'bad-label',
    'bad-seqinfo',
    'unreadable-image',
    'wrong-size',
    'column-count',
    'not-a-number',
    'class-out-of-range',
    'bad-identity',
    'no-area',
    'outside-range',
    'labelled-background',
    'bad-ground-truth',
    'exploded-identities',
    'shared-identity',
    'train-val-overlap',
    'empty-frame',
    'beyond-image',
    'repeated-identity',
    'one-box-identities',
    'unused-identities',
    'class-without-boxes',
    'listed-twice',
    'no-ground-truth',
    'no-seqinfo',
)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        'data', help='data root, or a config whose lists and videos are checked'
    )
    parser.add_argument('--train', nargs='+', default=[], help='lists to train on')
    parser.add_argument(
        '--val',
        nargs='+',
        default=[],
        help='lists, or folders of sequences, to test on',
    )
    parser.add_argument(
        '--background',
        nargs='+',
        default=[],
        help='lists of images without people to train on',
    )
    parser.add_argument(
        '--num-classes', type=int, default=1, help='number of classes of the labels'
    )
    parser.add_argument(
        '--clipped', action='store_true', help='no box may leave the image (MOT20)'
    )
    parser.add_argument(
        '--decode',
        action='store_true',
        help='decode whole images, not only their headers',
    )
    parser.add_argument(
        '--allow',
        nargs='+',
        default=[],
        choices=KINDS,
        help='kinds of findings that are intended',
    )
    add_workers_argument(parser)
    parser.add_argument(
        '--most', type=int, default=5, help='number of findings shown of each kind'
    )
    return parser.parse_args()


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    if args.data.endswith('.py'):
        require_config(args.data)
    else:
        require_paths(args.data)
    from fairmot_mm.actions.check_dataset import check

    check(args)
