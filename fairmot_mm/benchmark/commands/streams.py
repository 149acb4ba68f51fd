"""Measure tracking in several videos at the same time, by back-end and batch size."""

import argparse
import itertools
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

from fairmot_mm.benchmark.measure import measure_in_turn
from fairmot_mm.benchmark.report import Report
from fairmot_mm.benchmark.streams_benchmark import StreamsBenchmark
from fairmot_mm.benchmark.workload import prepare_workload
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.machine import machine_line
from fairmot_mm.utils.urls import shown_name
from fairmot_mm.video.frame_source import open_source
from fairmot_mm.video.video_writer import VideoWriter

BATCHES = (1, 2, 4, 8)
BACKENDS = ('pytorch', 'onnxruntime')
# Frames from the beginning of one copy to that of the next.
_APART = 5


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report.

    Raises:
        ConfigError: A number is too small, or a variant is not for several videos.
    """
    for name in ('streams', 'height'):
        if getattr(args, name) < 2:
            raise ConfigError(f'--{name} {getattr(args, name)}: it must be 2 or more')
    names = args.compare or [
        f'{backend}+batch-{size}' for backend in BACKENDS for size in BATCHES
    ]
    if any('no-threads' in name.split('+') for name in names):
        raise ConfigError('no-threads is not for several videos: leave it out')
    with (
        prepare_workload(args, args.config, args.checkpoint) as workload,
        _copies(args) as videos,
    ):
        variants = {
            name: partial(
                StreamsBenchmark,
                videos,
                str(workload.config.parent / name),
                **workload.variant(name),
            )
            for name in names
        }
        found = measure_in_turn(
            variants, args.frames, args.warmup, args.rounds, 'steps'
        )
    for one in found.values():
        one['fps'] = one['frames'] / statistics.median(one['seconds'])
    first = found[names[0]]
    rows = [
        {
            'variant': name,
            'frames/s of all': one['fps'],
            'x the first': f'{one["fps"] / first["fps"]:.2f}',
            'host MB': one['memory']['host_mb'],
            'GPU MB': one['memory']['device_mb'],
        }
        for name, one in found.items()
    ]
    steps = [
        {
            'ms a frame': step,
            **{name: one['steps'].get(step) for name, one in found.items()},
        }
        for step in first['steps']
    ]
    weights = Path(args.checkpoint).name if args.checkpoint else 'random weights'
    about = (
        f'{Path(args.config).stem}, {weights}; {args.streams} videos of {args.height} '
        f'lines from {shown_name(args.input)}, {first["frames"]} frames in all, median '
        f'of {args.rounds} runs; {first["device"]}: {machine_line(first["machine"])}.'
    )
    report.publish([rows, steps], about, found)


@contextmanager
def _copies(args: argparse.Namespace) -> Iterator[list[str]]:
    """Videos of the height that is asked for, which begin at different frames."""
    needed = args.frames + _APART * (args.streams - 1)
    source = open_source(args.input)
    images = []
    for frame in itertools.islice(source.frames, needed):
        height, width = frame.image.shape[:2]
        size = round(width * args.height / height), args.height
        images.append(cv2.resize(frame.image, size, interpolation=cv2.INTER_AREA))
    if len(images) < needed:
        raise ConfigError(
            f'{shown_name(args.input)} has {len(images)} frames, and {needed} are '
            'needed: lower --frames or --streams'
        )
    with TemporaryDirectory(prefix='streams-') as folder:
        paths = [str(Path(folder, f'{number}.mp4')) for number in range(args.streams)]
        for number, path in enumerate(paths):
            writer = VideoWriter(path, source.frame_rate)
            start = number * _APART
            for image in images[start : start + args.frames]:
                writer.write(image)
            writer.close()
        yield paths
