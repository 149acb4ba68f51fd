"""Cut people out of training images; PastePeople pastes them into other images."""

import argparse

from fairmot_mm.datasets.converters import CutoutRules, cut_out_people
from fairmot_mm.utils.cli import one_line_errors


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('data_root', help='folder that the lists are in')
    parser.add_argument('ann_files', nargs='+', help='lists, such as mot17.train')
    parser.add_argument('--out', required=True, help='folder for the PNG files')
    rules = CutoutRules()
    parser.add_argument(
        '--min-height',
        type=int,
        default=rules.min_height,
        help='smallest height of a box in pixels (default: %(default)s)',
    )
    parser.add_argument(
        '--max-height',
        type=int,
        default=rules.max_height,
        help='scale cut-outs down to this height in pixels (default: %(default)s)',
    )
    parser.add_argument(
        '--max-overlap',
        type=float,
        default=rules.max_overlap,
        help='largest share of a box that another one covers (default: %(default)s)',
    )
    parser.add_argument(
        '--per-identity',
        type=int,
        default=rules.per_identity,
        help='largest number of cut-outs of one identity (default: %(default)s)',
    )
    return parser.parse_args()


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    rules = CutoutRules(
        args.min_height, args.max_height, args.max_overlap, args.per_identity
    )
    tried, written = cut_out_people(
        args.data_root, args.ann_files, args.out, rules, show_progress=True
    )
    print(f'{args.out}: {written} people of {tried} boxes')


if __name__ == '__main__':
    main()
