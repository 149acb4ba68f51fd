"""Write a published FairMOT checkpoint under the names of this package.

Converting is optional: every tool reads published checkpoints.
"""

import argparse
from pathlib import Path

from fairmot_mm.utils.cli import add_overwrite_argument, make_parser, one_line_errors
from fairmot_mm.utils.inputs import require_checkpoint
from fairmot_mm.utils.outputs import require_free, require_out_file


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('source', help='published .pth, of FairMOT or CenterNet')
    parser.add_argument('out', help='file to write')
    add_overwrite_argument(parser, 'the file')
    return parser.parse_args()


@one_line_errors('nothing was written')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_checkpoint(args.source)
    require_out_file(args.out)
    require_free(args.out, args.overwrite, [Path(args.source)])
    from fairmot_mm.apis import convert_published
    from fairmot_mm.utils.claim_output import claim_output

    with claim_output(args.out, args.overwrite, [Path(args.source)]):
        report = convert_published(args.source, args.out)
    print(f'{args.out}: {report}')
