"""Draw curves of one or several runs in one picture, and print them as a table.

Everything is drawn against epochs, so that runs with other batches can be compared; the
table names iterations for values of training and epochs for those of validations.
"""

import argparse
from pathlib import Path

from fairmot_mm.utils.cli import make_parser, one_line_errors
from fairmot_mm.utils.inputs import require_paths
from fairmot_mm.utils.outputs import require_out_file

KEYS = ('loss', 'mot/MOTA', 'mot/HOTA')


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('work_dirs', nargs='+', type=Path, help='folders of runs')
    parser.add_argument(
        '--keys',
        nargs='+',
        default=KEYS,
        help="logged values; * stands for any text, so that 'mot/MOTA/*' are the "
        'sequences of a validation (default: loss mot/MOTA mot/HOTA)',
    )
    parser.add_argument('--out', type=Path, default=Path('runs.png'))
    return parser.parse_args()


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_paths(*args.work_dirs)
    require_out_file(args.out)
    from fairmot_mm.actions.compare_runs import compare_runs

    compare_runs(args)
