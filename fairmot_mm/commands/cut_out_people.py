"""Cut people out of training images; PastePeople pastes them into other images."""

import argparse

from fairmot_mm.utils.cli import make_parser, one_line_errors
from fairmot_mm.utils.inputs import require_paths
from fairmot_mm.utils.outputs import require_out_folder


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument('data_root', help='folder that the lists are in')
    parser.add_argument('ann_files', nargs='+', help='lists, such as mot17.train')
    parser.add_argument('--out', required=True, help='folder for the PNG files')
    for name, default, help_text in (
        ('min_height', 60, 'smallest height of a box in pixels'),
        ('max_height', 192, 'scale cut-outs down to this height in pixels'),
        ('max_overlap', 0.05, 'largest share of a box that another one covers'),
        ('per_identity', 8, 'largest number of cut-outs of one identity'),
    ):
        parser.add_argument(
            f'--{name.replace("_", "-")}',
            type=type(default),
            default=default,
            help=f'{help_text} (default: {default})',
        )
    return parser.parse_args()


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_paths(args.data_root)
    require_out_folder(args.out)
    from fairmot_mm.datasets.converters import CutoutRules, cut_out_people

    rules = CutoutRules(
        args.min_height, args.max_height, args.max_overlap, args.per_identity
    )
    tried, written = cut_out_people(
        args.data_root, args.ann_files, args.out, rules, show_progress=True
    )
    print(f'{args.out}: {written} people of {tried} boxes')
