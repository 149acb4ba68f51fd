"""Track through a video over and over: does memory or time grow with its length?

The video is decoded anew in every round, so that everything runs as in a video of that
length: decoding, network, tracker, MOT text and mp4. Resident memory and the time of a
frame are printed every thousand frames.
"""

import argparse
import itertools
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from mmengine.config import DictAction
from rich.console import Console
from rich.progress import track
from tabulate import tabulate

from fairmot_mm.apis import TrackInferencer
from fairmot_mm.utils import ConfigError, write_text
from fairmot_mm.utils.cli import one_line_errors
from fairmot_mm.video.frame_source import Frame, FrameSource, open_source


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', nargs='?', help='weights (default: random ones)')
    parser.add_argument('--input', required=True, help='video or folder of images')
    parser.add_argument('--frames', type=int, default=20_000, help='default 20000')
    parser.add_argument(
        '--every', type=int, default=1000, help='frames between measurements (1000)'
    )
    parser.add_argument('--device', help='as in cpu or cuda:0')
    parser.add_argument('--batch-size', type=int, default=1, help='default 1')
    parser.add_argument('--out', help='keep text and mp4 in this folder')
    parser.add_argument('--no-video', action='store_true', help='write no mp4')
    parser.add_argument('--json', help='file to write the measurements to')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='override keys of the config, as in model.tracker.obj_score_thr=0.1',
    )
    return parser.parse_args(argv)


def looped(path: str, num_frames: int) -> FrameSource:
    """The frames of ``path`` from the start again and again, as one source."""
    rate = open_source(path).frame_rate

    def frames() -> Iterator[Frame]:
        while True:
            yield from open_source(path).frames

    return FrameSource('loop', rate, num_frames, itertools.islice(frames(), num_frames))


def resident_mb() -> float:
    """Resident memory of this process in MB, as the kernel of Linux counts it."""
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGESIZE') / 1e6


def measure(args: argparse.Namespace, folder: str) -> list[dict]:
    """A row for every mark: frames so far, memory, milliseconds a frame since the last.

    Raises:
        ConfigError: There are too few frames to compare anything.
    """
    every = args.every
    if not 0 < 2 * every <= args.frames:
        raise ConfigError(f'--every {every} must be above 0, and twice in --frames')
    inferencer = TrackInferencer(
        args.config,
        args.checkpoint,
        args.device,
        args.cfg_options,
        batch_size=args.batch_size,
    )
    source = looped(args.input, args.frames)
    results = inferencer(source, folder, save_video=not args.no_video)
    console = Console(stderr=True)
    rows, people, start = [], 0, time.perf_counter()
    with closing(results):
        for count, sample in enumerate(
            track(results, 'tracking', args.frames, console=console), 1
        ):
            people += len(sample.pred_track_instances)
            if count % every == 0:
                now = time.perf_counter()
                rows.append(
                    {
                        'frames': count,
                        'rss_mb': resident_mb(),
                        'ms_per_frame': (now - start) * 1000 / every,
                        'people_per_frame': people / every,
                    }
                )
                console.print(', '.join(f'{k} {v:.1f}' for k, v in rows[-1].items()))
                people, start = 0, now
    return rows


def main(argv: list[str] | None = None) -> None:
    """Run the tool."""
    args = parse_args(argv)
    with one_line_errors(), tempfile.TemporaryDirectory() as scratch:
        rows = measure(args, args.out or scratch)
        rows.append({'frames': 'files written', 'rss_mb': resident_mb()})
        print(tabulate(rows, headers='keys', floatfmt='.1f'))
        if args.json:
            write_text(args.json, json.dumps(rows, indent=1))


if __name__ == '__main__':
    main()
