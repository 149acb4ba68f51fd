"""Tracks the inputs of a command line, with progress bars."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, redirect_stdout
from pathlib import Path
from typing import Any, BinaryIO

from mmdet.structures import DetDataSample
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from fairmot_mm.apis import MultiStreamInferencer, StreamResult, TrackInferencer
from fairmot_mm.apis.run import Run
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.cli import inference_options
from fairmot_mm.utils.output_arguments import STDOUT
from fairmot_mm.video.frame_source import FrameSource, open_sources
from fairmot_mm.video.output_options import OutputOptions
from fairmot_mm.video.result_writer import WrittenFile
from fairmot_mm.video.video_encoding import VideoEncoding
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


def start(
    args: argparse.Namespace,
    sources: list[FrameSource],
    visualizer: TrackVisualizer,
    stream: BinaryIO | None = None,
) -> Run[DetDataSample] | Run[StreamResult]:
    """Begin the run of one input, or of several at the same time."""
    files: dict[str, Any] = dict(
        out_dir=None if args.out == STDOUT else args.out,
        save_video=not args.no_video,
        existing=existing_files(args),
        encoding=video_encoding(args),
        outputs=output_options(args, stream),
    )
    settings = dict(
        model=args.model,
        checkpoint=args.weights,
        device=args.device,
        cfg_options=inference_options(args),
        visualizer=visualizer,
        detect_every=args.detect_every,
        classes=args.classes,
        roi=args.roi,
    )
    if len(sources) > 1:
        if args.no_threads:
            raise ConfigError(
                '--no-threads is for one input; each of several needs a thread'
            )
        streams = MultiStreamInferencer(
            **settings, batch_size=args.batch_size, max_streams=args.max_streams
        )
        return streams(sources, **files)
    inferencer = TrackInferencer(
        **settings, batch_size=args.batch_size or 1, threads=not args.no_threads
    )
    return inferencer(sources[0], **files)


def video_encoding(args: argparse.Namespace) -> VideoEncoding:
    """How the mp4 is compressed; what no option says has its default."""
    default = VideoEncoding()
    crf = default.crf if args.video_crf is None else args.video_crf
    return VideoEncoding(args.video_preset or default.preset, crf)


def output_options(args: argparse.Namespace, stream: BinaryIO | None) -> OutputOptions:
    """What is written beside the mp4, also to the stream."""
    default = OutputOptions()
    return OutputOptions(
        forms=args.format,
        stream=stream,
        lines=args.count_line,
        zones=args.zone,
        crops=args.crops,
        crops_per_track=args.crops_per_track or default.crops_per_track,
        blur=args.blur,
    )


def existing_files(args: argparse.Namespace) -> str:
    """What to do with files of an earlier run, see `ResultWriter`."""
    if args.overwrite:
        return 'overwrite'
    return 'number' if args.keep else 'refuse'


def print_written(files: Iterable[WrittenFile]) -> None:
    """Say how many frames are in which files; those of one input share a line."""
    together: dict[tuple[Path, int], list[str]] = {}
    for path, num_frames in files:
        key = path.with_suffix(''), num_frames
        together.setdefault(key, []).append(str(path))
    for (_, num_frames), paths in together.items():
        verb = 'frame is' if num_frames == 1 else 'frames are'
        print(f'{num_frames} {verb} in {" and ".join(paths)}')


class ClassCounts:
    """Counts the identities of each class of each input.

    Args:
        classes: Names of the classes; without any, nothing is counted.
    """

    def __init__(self, classes: Sequence[str]) -> None:
        self.classes = classes
        self._seen: dict[str, list[set[int]]] = {}

    def add(self, name: str, sample: DetDataSample) -> None:
        """Count the tracks of a frame.

        Args:
            name: Name of the input.
            sample: The result, with ``pred_track_instances``.
        """
        if not self.classes:
            return
        tracks = sample.pred_track_instances
        seen = self._seen.setdefault(name, [set() for _ in self.classes])
        for label, own in enumerate(seen):
            own.update(tracks.instances_id[tracks.labels == label].tolist())

    def lines(self) -> Iterator[str]:
        """Describe each input in a line, such as ``street: 7 pedestrian, 2 car``."""
        for name, seen in self._seen.items():
            counts = zip(self.classes, seen, strict=True)
            shown = (f'{len(own)} {label}' for label, own in counts if own)
            yield f'{name}: {", ".join(shown) or "no tracks"}'


def track(args: argparse.Namespace) -> None:
    """Track with progress bars, and print what was written, however it ends.

    Where the standard output gets the tracks, it gets no other word.
    """
    if args.out == STDOUT:
        stream = sys.stdout.buffer
        with redirect_stdout(sys.stderr):
            track_inputs(args, stream)
    else:
        track_inputs(args)


def track_inputs(args: argparse.Namespace, stream: BinaryIO | None = None) -> None:
    """Track the inputs to their end, see `track`."""
    sources = open_sources(args.input, args.fps, args.on_error)
    visualizer = TrackVisualizer(trail_length=args.show_trails or 0)
    run = start(args, sources, visualizer, stream)
    bars = progress_bar()
    tasks = {
        source.name: bars.add_task(escape(source.name), total=source.length, fps=0.0)
        for source in sources
    }
    counts = dict.fromkeys(tasks, 0)
    classes = ClassCounts(visualizer.classes)
    try:
        with closing(run), bars:
            for result in run:
                name, sample = (
                    result
                    if isinstance(result, StreamResult)
                    else (sources[0].name, result)
                )
                counts[name] += 1
                classes.add(name, sample)
                speed = bars.tasks[tasks[name]].speed or 0.0
                bars.update(tasks[name], completed=counts[name], fps=speed)
    finally:
        print_written(run.written)
        for line in classes.lines():
            print(line)
        for name, texts in run.count_texts.items():
            for text in texts:
                print(text if len(sources) == 1 else f'{name}: {text}')
