"""Write the weights of a training as a small file, to be published."""

import argparse
from pathlib import Path

from fairmot_mm.utils.cli import (
    add_overwrite_argument,
    finite_number,
    make_parser,
    one_line_errors,
)
from fairmot_mm.utils.inputs import require_checkpoint
from fairmot_mm.utils.outputs import require_free, require_out_file


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('source', help='checkpoint of tools/train.py')
    parser.add_argument('out', help='file to write')
    add_overwrite_argument(parser, 'the file')
    parser.add_argument(
        '--raw',
        action='store_true',
        help='the weights of the last step, if the checkpoint also has averaged ones',
    )
    parser.add_argument(
        '--average-with',
        nargs='+',
        default=[],
        metavar='CHECKPOINT',
        help='checkpoints of other stages of the same training: the mean is written',
    )
    parser.add_argument(
        '--score-shift',
        type=finite_number,
        default=0.0,
        metavar='LOGITS',
        help='added to the logits of the heatmap, so that thresholds chosen for other '
        'weights hold (default 0)',
    )
    return parser.parse_args()


@one_line_errors('nothing was written')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    sources = [args.source, *args.average_with]
    for file in sources:
        require_checkpoint(file)
    require_out_file(args.out)
    require_free(args.out, args.overwrite, map(Path, sources))
    from fairmot_mm.apis import publish_weights
    from fairmot_mm.utils.claim_output import claim_output

    with claim_output(args.out, args.overwrite, map(Path, sources)):
        digest, size = publish_weights(
            args.source, args.out, args.raw, args.score_shift, args.average_with
        )
    print(f'{args.out}: {size / 2**20:.1f} MiB, sha256 {digest}')
