"""Render a street video and track the people in it.

The demo needs no download. It renders a video with exact ground truth and tracks it
with the light model that comes with the project. It prints scores and speed, and writes
the tracks, an mp4 and a strip of pictures.
"""

import signal

import fairmot_mm  # noqa: F401 - before torch: sets how idle threads wait

if (
    __name__ == '__main__'
    and signal.getsignal(signal.SIGINT) is signal.default_int_handler
):
    # Ctrl-C while the modules are imported: no traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from fairmot_mm.apis import TrackInferencer
from fairmot_mm.evaluation import OVERALL, SequenceTracks, evaluate_sequences
from fairmot_mm.synthetic import SyntheticScene, write_sequence
from fairmot_mm.utils import read_mot, require_writable_dir
from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.cli import make_parser, one_line_errors
from fairmot_mm.video.frame_source import open_source

SHOWN_SCORES = {  # name in the table of scores -> as printed
    'MOTA': 'MOTA',
    'IDF1': 'IDF1',
    'HOTA': 'HOTA',
    'Rcll': 'recall',
    'Prcn': 'precision',
}
STRIP_FRAMES = 4
console = Console()


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(
        __doc__.split('\n\n')[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        '--out', type=Path, default=Path('demo_output'), help='folder to write to'
    )
    parser.add_argument(
        '--num-frames', type=int, default=90, help='frames of the video'
    )
    parser.add_argument('--seed', type=int, default=6, help='seed of the street')
    return parser.parse_args()


def bars() -> Progress:
    """Progress bars with a note at their end."""
    return Progress(
        *Progress.get_default_columns(),
        TimeElapsedColumn(),
        TextColumn('{task.fields[note]}'),
        console=console,
    )


def render(args: argparse.Namespace) -> Path:
    """Render the sequence and return its folder."""
    scene = SyntheticScene(seed=args.seed, num_frames=args.num_frames)
    folder = args.out / 'data' / f'street-{args.seed}'
    with bars() as progress:
        task = progress.add_task('rendering', total=args.num_frames, note='')
        return write_sequence(folder, scene, lambda: progress.advance(task))


def track(args: argparse.Namespace, folder: Path) -> float:
    """Track the sequence with the light model and return the frames a second."""
    inferencer = TrackInferencer()
    start = time.perf_counter()
    with bars() as progress:
        task = progress.add_task('tracking', total=args.num_frames, note='')
        for sample in inferencer(folder, args.out, existing='overwrite'):
            people = len(sample.pred_track_instances)
            progress.update(task, advance=1, note=f'{people} people')
    return args.num_frames / (time.perf_counter() - start)


def write_strip(video: Path, num_frames: int) -> Path:
    """Put frames of the video, evenly spaced over it, side by side in a picture."""
    shown = set(np.linspace(0, num_frames - 1, STRIP_FRAMES + 2, dtype=int)[1:-1])
    frames = enumerate(open_source(video).frames)
    strip = np.hstack([frame.image for index, frame in frames if index in shown])
    path = video.with_suffix('.jpg')
    with atomic_path(path) as temporary:
        temporary.write_bytes(cv2.imencode('.jpg', strip)[1].tobytes())
    return path


def report(args: argparse.Namespace, folder: Path, rate: float) -> None:
    """Print scores, speed and the paths of the files."""
    result = args.out / f'{folder.name}.txt'
    sequence = SequenceTracks(
        folder.name,
        read_mot(folder / 'gt' / 'gt.txt'),
        read_mot(result),
        args.num_frames,
    )
    scores = evaluate_sequences([sequence])[OVERALL]
    console.print(f'\n{folder.name}, {args.num_frames} frames not trained on:')
    for name, shown in SHOWN_SCORES.items():
        console.print(f'  {shown:<12}{100 * scores[name]:6.1f} %')
    console.print(f'  {"id switches":<12}{scores["IDSW"]:6d}')
    console.print(
        f'  {"speed":<12}{rate:6.1f} frames a second on '
        f'{torch.get_num_threads()} CPU threads, reading and writing included'
    )
    video = result.with_suffix('.mp4')
    for name, path in (
        ('video', video),
        ('pictures', write_strip(video, args.num_frames)),
        ('tracks', result),
    ):
        console.print(f'{name:<9}{path}', soft_wrap=True)


@one_line_errors()
def main() -> None:
    """Run the demo."""
    args = parse_args()
    require_writable_dir(args.out)
    start = time.perf_counter()
    folder = render(args)
    report(args, folder, track(args, folder))
    console.print(f'{time.perf_counter() - start:.0f} seconds in all')


if __name__ == '__main__':
    main()
