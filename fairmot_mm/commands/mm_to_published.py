"""Write a checkpoint of this package so that the published FairMOT loads it."""

import argparse
from pathlib import Path

from fairmot_mm.utils.cli import add_overwrite_argument, make_parser, one_line_errors
from fairmot_mm.utils.inputs import require_checkpoint
from fairmot_mm.utils.outputs import require_free, require_out_file


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('source', help='checkpoint of tools/train.py')
    parser.add_argument('out', help='file to write, for --load_model')
    add_overwrite_argument(parser, 'the file')
    return parser.parse_args()


@one_line_errors('nothing was written')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_checkpoint(args.source)
    require_out_file(args.out)
    require_free(args.out, args.overwrite, [Path(args.source)])
    from fairmot_mm.apis import export_published
    from fairmot_mm.utils.claim_output import claim_output

    with claim_output(args.out, args.overwrite, [Path(args.source)]):
        options = export_published(args.source, args.out)
    print(f'{args.out}: for {options} --load_model {args.out}')
