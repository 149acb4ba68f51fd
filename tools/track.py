"""Track people in a video, a folder of images, a stream or a camera.

Writes OUT/NAME.txt (MOTChallenge results) and OUT/NAME.mp4 (boxes and identities), NAME
being that of the input.
"""

import argparse
import signal
import sys
from contextlib import closing
from pathlib import Path

from mmengine.config import DictAction
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from fairmot_mm.apis import TrackInferencer
from fairmot_mm.apis.frame_source import open_source
from fairmot_mm.utils.cli import one_line_errors
from fairmot_mm.visualization import TrackVisualizer

INTERRUPTED = 130  # what a shell reports for Ctrl-C


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='weights: ours or a published FairMOT .pth')
    parser.add_argument(
        'input',
        help='video, image, folder of images (also a MOTChallenge sequence), pattern '
        'of images in quotes, URL, or camera number',
    )
    parser.add_argument('--out', required=True, help='folder to write the results to')
    parser.add_argument(
        '--device', help='as in cpu or cuda:0; the GPU where there is one'
    )
    parser.add_argument(
        '--batch-size',
        type=int,
        default=1,
        help='consecutive frames that pass through the network together',
    )
    parser.add_argument(
        '--fps', type=float, help='frames a second, in place of what the input says'
    )
    parser.add_argument('--no-video', action='store_true', help='write no mp4')
    parser.add_argument(
        '--show-trails',
        type=int,
        nargs='?',
        const=60,
        default=0,
        metavar='FRAMES',
        help='draw the path of the last FRAMES frames (60 without a number)',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='override keys of the config, as in model.tracker.obj_score_thr=0.5',
    )
    return parser.parse_args()


def track(args: argparse.Namespace) -> None:
    """Track behind a progress bar and say where the files are, however it ends."""
    source = open_source(args.input, args.fps)
    inferencer = TrackInferencer(
        args.config,
        args.checkpoint,
        device=args.device,
        cfg_options=args.cfg_options,
        batch_size=args.batch_size,
        visualizer=TrackVisualizer(trail_length=args.show_trails),
    )
    results = inferencer(source, args.out, save_video=not args.no_video)
    bar = Progress(
        TextColumn('{task.description}'),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn('{task.fields[fps]:.1f} fps'),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    task = bar.add_task(source.name, total=source.length, fps=0.0)
    count = 0
    try:
        with closing(results), bar:
            for count, _ in enumerate(results, 1):
                bar.update(task, completed=count, fps=bar.tasks[0].speed or 0.0)
    finally:
        if count:
            suffixes = ['.txt'] if args.no_video else ['.txt', '.mp4']
            files = [str(Path(args.out, source.name + suffix)) for suffix in suffixes]
            print(f'{count} frames are in {" and ".join(files)}')


def main() -> None:
    """Run the tool."""
    args = parse_args()
    # A job that is told to end (a scheduler, a container) finishes its files too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with one_line_errors():
            track(args)
    except KeyboardInterrupt:
        print('interrupted', file=sys.stderr)
        sys.exit(INTERRUPTED)


if __name__ == '__main__':
    main()
