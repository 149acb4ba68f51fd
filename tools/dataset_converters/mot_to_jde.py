"""Convert MOTChallenge sequences (MOT15, 16, 17, 20) to the layout training reads."""

import argparse
from pathlib import Path

from fairmot_mm.datasets.mot_to_jde import SPLITS, convert_mot
from fairmot_mm.utils import UserInputError


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('source', type=Path, help='folder of sequences: MOT17/train')
    parser.add_argument('out', type=Path, help='data root of the training configs')
    parser.add_argument('name', help='name of the set: MOT17 makes OUT/MOT17.train')
    parser.add_argument('--sequences', nargs='+', help='take only these')
    parser.add_argument(
        '--split',
        choices=SPLITS,
        default='all',
        help='first-half makes OUT/NAME.half, second-half OUT/NAME.val: the halves of '
        'every sequence in the MOT17 half protocol',
    )
    parser.add_argument('--copy', action='store_true', help='copy images, do not link')
    parser.add_argument(
        '--clip', action='store_true', help='clip boxes to the image, as for MOT20'
    )
    return parser.parse_args()


def main() -> None:
    """Run the tool."""
    args = parse_args()
    try:
        report = convert_mot(**vars(args), show_progress=True)
    except UserInputError as error:
        raise SystemExit(f'error: {error}') from error
    print(report)


if __name__ == '__main__':
    main()
