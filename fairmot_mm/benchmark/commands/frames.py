"""Measure what happens to frames before and after the network."""

import argparse
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from fairmot_mm.benchmark.report import Report, Rows
from fairmot_mm.datasets import FastLetterbox, Letterbox
from fairmot_mm.utils.machine import describe_machine, machine_line
from fairmot_mm.utils.urls import shown_name
from fairmot_mm.video import Frame, VideoEncoding, VideoWriter, open_source

Times = dict[str, tuple[float, float]]


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report."""
    scale = tuple(args.input_size)
    published, fast = Letterbox(scale), FastLetterbox(scale)
    encodings = {preset: VideoEncoding(preset, args.crf) for preset in args.presets}

    def read(use: Callable[[Frame], Any], box: tuple[int, int] | None = None) -> int:
        count = 0
        for frame in _frames(args.input, args.frames, box):
            use(frame)
            count += 1
        return count

    reading = _in_turn(
        {
            'decoding alone': lambda: read(lambda frame: frame.shape, scale),
            'all pixels': lambda: read(lambda frame: frame.image),
            'all pixels, Letterbox': lambda: read(
                lambda frame: published({'img': frame.image})
            ),
            'FastLetterbox': lambda: read(lambda frame: fast({'frame': frame}), scale),
        },
        args.rounds,
    )
    images = [frame.image for frame in _frames(args.input, args.frames)]
    with tempfile.TemporaryDirectory() as folder:
        files = {preset: Path(folder, f'{preset}.mp4') for preset in encodings}
        writing = _in_turn(
            {
                preset: partial(_write, path, encodings[preset], images)
                for preset, path in files.items()
            },
            args.rounds,
        )
        quality = {
            preset: {
                'KB a frame': path.stat().st_size / 1000 / len(images),
                'PSNR, dB': _psnr(path, images),
            }
            for preset, path in files.items()
        }
    height, width = images[0].shape[:2]
    about = (
        f'{shown_name(args.input)}, {width}x{height} to {scale[0]}x{scale[1]}; median '
        f'of {args.rounds} run(s) of {len(images)} frames; crf {args.crf:g}; '
        f'{machine_line(describe_machine("cpu"))}.'
    )
    tables = [_rows('reading', reading, {}), _rows('preset', writing, quality)]
    report.publish(tables, about, {'reading': reading, 'writing': writing} | quality)


def _frames(
    source: str, count: int, scale: tuple[int, int] | None = None
) -> Iterator[Frame]:
    """The first frames of a source."""
    return itertools.islice(open_source(source, scale=scale).frames, count)


def _in_turn(calls: Mapping[str, Callable[[], int]], rounds: int) -> Times:
    """Median seconds of a frame, by the clock and of a core; a call gives its frames.

    The calls run in turn, in every second round in the opposite order.
    """
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for turn in range(rounds):
        for name in list(calls)[:: -1 if turn % 2 else 1]:
            start, processor_start = time.perf_counter(), time.process_time()
            frames = calls[name]()
            processor = time.process_time() - processor_start
            passed = time.perf_counter() - start
            seconds[name].append((passed / frames, processor / frames))
    return {
        name: (
            statistics.median(each[0] for each in runs),
            statistics.median(each[1] for each in runs),
        )
        for name, runs in seconds.items()
    }


def _write(path: Path, encoding: VideoEncoding, images: list[np.ndarray]) -> int:
    """Encode images (H, W, 3) uint8 BGR; gives their number."""
    writer = VideoWriter(path, 30, encoding=encoding)
    for image in images:
        writer.write(image)
    writer.close()
    return len(images)


def _psnr(path: Path, images: list[np.ndarray]) -> float:
    """Peak signal-to-noise ratio of grey levels, in dB."""
    errors = []
    for frame, image in zip(open_source(path).frames, images, strict=True):
        height, width = image.shape[:2]  # an mp4 has even sides
        decoded = frame.image[:height, :width]
        errors.append(np.mean((decoded.mean(2) - image.mean(2)) ** 2))
    return float(10 * np.log10(255**2 / np.mean(errors)))


def _rows(title: str, times: Times, further: Mapping[str, dict[str, float]]) -> Rows:
    """A row for each way, with what it took and what it gave."""
    return [
        {
            title: name,
            'ms a frame': 1e3 * passed,
            'processor ms': 1e3 * processor,
            **further.get(name, {}),
        }
        for name, (passed, processor) in times.items()
    ]
