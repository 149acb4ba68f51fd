"""Make synthetic street sequences in the MOTChallenge layout."""

import argparse
from pathlib import Path

from rich.progress import Progress

from fairmot_mm.synthetic import CAMERAS, SyntheticScene, write_sequence
from fairmot_mm.utils.cli import one_line_errors


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument('out', type=Path, help='folder of the sequences')
    for option, default, text in (
        ('--num-sequences', 2, 'number of sequences'),
        ('--num-frames', 100, 'number of frames of each sequence'),
        ('--num-people', 10, 'number of people in each sequence'),
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


def make_sequences(args: argparse.Namespace) -> None:
    """Write every sequence, naming each after its seed."""
    width, height = args.size
    cameras = CAMERAS if args.camera == 'both' else (args.camera,)
    with Progress() as progress:
        for index in range(args.num_sequences):
            seed = args.seed + index
            scene = SyntheticScene(
                seed=seed,
                num_people=args.num_people,
                width=width,
                height=height,
                num_frames=args.num_frames,
                frame_rate=args.frame_rate,
                camera=cameras[index % len(cameras)],
            )
            folder = args.out / f'synthetic-{seed:04d}'
            task = progress.add_task(folder.name, total=args.num_frames)
            write_sequence(folder, scene, lambda task=task: progress.advance(task))
    print(f'{args.num_sequences} sequences of {args.num_frames} frames in {args.out}')


@one_line_errors()
def main() -> None:
    """Run the tool."""
    make_sequences(parse_args())


if __name__ == '__main__':
    main()
