"""Track a video again and again, to see whether memory or time grow with its length."""

import argparse
import itertools
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from fairmot_mm.apis import TrackInferencer
from fairmot_mm.benchmark.report import Report
from fairmot_mm.benchmark.workload import Workload, prepare_workload
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.cli import show_progress
from fairmot_mm.utils.machine import current_memory, describe_machine, machine_line
from fairmot_mm.utils.urls import shown_name
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_source import FrameSource, open_source
from fairmot_mm.video.video_encoding import VideoEncoding


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report.

    Raises:
        ConfigError: There are too few frames to compare anything.
    """
    if not 0 < 2 * args.every <= args.frames:
        raise ConfigError(
            f'--every {args.every}: it must be 1 or more, and at most half of --frames'
        )
    with prepare_workload(
        args,
        args.config,
        args.checkpoint,
        encoding=None if args.no_video else VideoEncoding(),
        batch_size=args.batch_size,
    ) as workload:
        rows = _measure(workload, args.frames, args.every)
        device = workload.settings['device']
    about = (
        f'{Path(args.config).stem}, {shown_name(args.input)} again and again; '
        f'{device}: {machine_line(describe_machine(device))}.'
    )
    report.publish([rows], about, rows)


def _measure(workload: Workload, num_frames: int, every: int) -> list[dict[str, Any]]:
    """Track a video again and again, with a row at every mark and after the end."""
    inferencer = TrackInferencer(**workload.variant('pytorch'))
    source = _repeat_video(workload.video, num_frames)
    folder = workload.config.parent / 'loop'
    rows: list[dict[str, Any]] = []
    people, start = 0, time.perf_counter()
    save_video = workload.encoding is not None
    with closing(inferencer(source, folder, save_video=save_video)) as results:
        for count, sample in enumerate(show_progress(results, 'tracking'), 1):
            people += len(sample.pred_track_instances)
            if count % every == 0:
                milliseconds = 1e3 * (time.perf_counter() - start) / every
                row = {'frames': count, 'memory MB': current_memory() / 1e6}
                row |= {'ms a frame': milliseconds, 'people': people / every}
                rows.append(row)
                print(row, file=sys.stderr)
                people, start = 0, time.perf_counter()
    return [*rows, {'frames': 'files written', 'memory MB': current_memory() / 1e6}]


def _repeat_video(path: str, num_frames: int) -> FrameSource:
    """Open a video as a source that starts again at its end."""
    rate = open_source(path).frame_rate

    def frames() -> Iterator[Frame]:
        while True:
            # Times begin again in each turn: frames come at the rate of the video.
            yield from (replace(f, time=None) for f in open_source(path).frames)

    return FrameSource('loop', rate, num_frames, itertools.islice(frames(), num_frames))
