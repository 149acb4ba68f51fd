"""Tracks the inputs of a command line, with progress bars."""

import argparse
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.progress import (
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from fairmot_mm.apis import MultiStreamInferencer, TrackInferencer
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.cli import inference_options
from fairmot_mm.video.frame_source import FrameSource, open_sources
from fairmot_mm.visualization import TrackVisualizer


def progress_bar() -> Progress:
    """Bars with frames a second, on the error stream."""
    return Progress(
        *Progress.get_default_columns(),
        MofNCompleteColumn(),
        TextColumn('{task.fields[fps]:.1f} fps'),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def start(args: argparse.Namespace) -> tuple[list[FrameSource], Generator]:
    """The opened inputs, and the iterator over names and results of their frames."""
    sources = open_sources(args.input, args.fps)
    settings = dict(
        model=args.model,
        checkpoint=args.weights,
        device=args.device,
        cfg_options=inference_options(args),
        visualizer=TrackVisualizer(trail_length=args.show_trails),
        detect_every=args.detect_every,
    )
    save_video = not args.no_video
    if len(sources) > 1:
        if args.no_threads:
            raise ConfigError(
                '--no-threads is for one input; each of several needs a thread'
            )
        streams = MultiStreamInferencer(**settings, batch_size=args.batch_size)
        return sources, streams(sources, args.out, save_video=save_video)
    batch_size = 1 if args.batch_size is None else args.batch_size
    inferencer = TrackInferencer(
        **settings, batch_size=batch_size, threads=not args.no_threads
    )
    results = inferencer(sources[0], args.out, save_video=save_video)
    return sources, named(results, sources[0].name)


def named(results: Generator, name: str) -> Generator:
    """The results of one input in the form of those of several: name and sample."""
    with closing(results):
        for sample in results:
            yield name, sample


def track(args: argparse.Namespace) -> None:
    """Track with progress bars, and print where the files are, however it ends."""
    sources, results = start(args)
    bars = progress_bar()
    tasks = {
        source.name: bars.add_task(source.name, total=source.length, fps=0.0)
        for source in sources
    }
    counts = dict.fromkeys(tasks, 0)
    try:
        with closing(results), bars:
            for name, _ in results:
                counts[name] += 1
                speed = bars.tasks[tasks[name]].speed or 0.0
                bars.update(tasks[name], completed=counts[name], fps=speed)
    finally:
        suffixes = ['.txt'] if args.no_video else ['.txt', '.mp4']
        for name, count in counts.items():
            files = [str(Path(args.out, name + suffix)) for suffix in suffixes]
            if count:
                print(f'{count} frames are in {" and ".join(files)}')
