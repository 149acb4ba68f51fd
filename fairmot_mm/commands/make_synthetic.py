"""Make synthetic street sequences in the MOTChallenge layout."""

import argparse
from pathlib import Path

from fairmot_mm.utils.cli import make_parser, one_line_errors
from fairmot_mm.utils.outputs import require_out_folder

CAMERAS = ('fixed', 'moving')


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(
        __doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument('out', type=Path, help='folder of the sequences')
    for option, default, text in (
        ('--num-sequences', 2, 'number of sequences'),
        ('--num-frames', 100, 'number of frames of each sequence'),
        ('--num-people', 10, 'number of people in each sequence'),
        ('--num-cyclists', 0, 'number of cyclists in each sequence'),
        ('--num-cars', 0, 'number of cars that move in each sequence'),
        ('--frame-rate', 15.0, 'frames per second'),
        ('--seed', 0, 'seed of the first sequence; each further one adds 1'),
    ):
        parser.add_argument(option, type=type(default), default=default, help=text)
    parser.add_argument(
        '--size',
        type=int,
        nargs=2,
        metavar=('W', 'H'),
        default=(640, 352),
        help='width and height of the images in pixels',
    )
    parser.add_argument(
        '--camera',
        choices=[*CAMERAS, 'both'],
        default='both',
        help='both: fixed and moving alternately',
    )
    return parser.parse_args()


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_out_folder(args.out)
    from fairmot_mm.actions.make_synthetic import make_sequences

    make_sequences(args)
