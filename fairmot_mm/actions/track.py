"""Tracks the inputs of a command line, with progress bars."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, redirect_stdout
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
from fairmot_mm.apis.tracking_state import TrackingState
from fairmot_mm.exports.count_board import CountBoard
from fairmot_mm.exports.identity_counter import IdentityCounter
from fairmot_mm.utils import ConfigError, require_writable_dir
from fairmot_mm.utils.contracts import require_contract
from fairmot_mm.utils.counted import counted
from fairmot_mm.utils.inference_arguments import inference_options
from fairmot_mm.utils.output_arguments import STDOUT
from fairmot_mm.utils.tracker import Stateful
from fairmot_mm.utils.urls import is_url, local_path
from fairmot_mm.video.frame_source import FrameSource, open_sources
from fairmot_mm.video.live_options import LiveOptions
from fairmot_mm.video.output_options import OutputOptions
from fairmot_mm.video.result_files import WrittenFile
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


def make_inferencer(
    args: argparse.Namespace, look: TrackVisualizer, several: bool
) -> TrackInferencer | MultiStreamInferencer:
    """Build the model for one input, or for several at the same time."""
    settings = dict(
        model=args.model,
        checkpoint=args.weights,
        device=args.device,
        cfg_options=inference_options(args),
        visualizer=look,
        detect_every=args.detect_every,
        classes=args.classes,
        roi=args.roi,
    )
    if not several:
        return TrackInferencer(
            **settings, batch_size=args.batch_size, threads=not args.no_threads
        )
    if args.no_threads:
        raise ConfigError(
            '--no-threads is for one input; each of several needs a thread'
        )
    if args.save_state or args.load_state:
        raise ConfigError('--save-state and --load-state are for one input')
    return MultiStreamInferencer(
        **settings, batch_size=args.batch_size, max_streams=args.max_streams
    )


def start(
    args: argparse.Namespace, look: TrackVisualizer, stream: BinaryIO | None = None
) -> tuple[list[FrameSource], Run]:
    """Open the inputs and begin the run.

    A live stream is opened when the model is there, so that its first frames are not
    lost meanwhile. Other inputs are opened before, so that a wrong one is refused soon.
    """
    state = load_state(args)
    live = LiveOptions(args.timeout, args.reconnect)
    inferencer = None
    if any(map(_may_be_live, args.input)):
        inferencer = make_inferencer(args, look, len(args.input) > 1)
    sources = open_sources(args.input, args.fps, args.on_error, live=live)
    inferencer = inferencer or make_inferencer(args, look, len(sources) > 1)
    if args.save_state:
        require_contract(inferencer.model.tracker, Stateful, 'model.tracker')
        require_writable_dir(Path(args.save_state).parent)
    files: dict[str, Any] = dict(
        out_dir=None if args.out == STDOUT else args.out,
        save_video=not args.no_video,
        existing=existing_files(args),
        encoding=video_encoding(args),
        outputs=output_options(args, stream),
        segment=args.segment,
    )
    if isinstance(inferencer, MultiStreamInferencer):
        return sources, inferencer(sources, **files)
    return sources, inferencer(sources[0], **files, state=state)


def load_state(args: argparse.Namespace) -> TrackingState | None:
    """Read the state that the run goes on from; None if it begins with no tracks."""
    if not args.load_state:
        return None
    if args.load_state == args.save_state and not Path(args.load_state).exists():
        print(f'{args.load_state} does not exist yet: the run begins with no tracks')
        return None
    if not Path(args.load_state).exists():
        raise ConfigError(f'--load-state {args.load_state} does not exist')
    return TrackingState.load(args.load_state)


def _may_be_live(text: str) -> bool:
    """Whether an input is an address or a camera."""
    path = Path(local_path(text))
    is_number = text.isdecimal() and not path.exists()
    return is_url(str(local_path(text))) or is_number or path.is_char_device()


def video_encoding(args: argparse.Namespace) -> VideoEncoding:
    """How the mp4 is compressed; what no option says has its default."""
    default = VideoEncoding()
    crf = default.crf if args.video_crf is None else args.video_crf
    return VideoEncoding(args.video_preset or default.preset, crf)


def output_options(args: argparse.Namespace, stream: BinaryIO | None) -> OutputOptions:
    """What is written beside the mp4, also to the stream."""
    default = OutputOptions()
    has_picture = not args.no_video or args.crops is not None
    return OutputOptions(
        forms=args.format,
        stream=stream,
        lines=args.count_line,
        zones=args.zone,
        crops=args.crops,
        crops_per_track=args.crops_per_track or default.crops_per_track,
        blur=args.blur if has_picture else None,
    )


def existing_files(args: argparse.Namespace) -> str:
    """What to do with files of an earlier run, see `ResultWriter`."""
    if args.overwrite:
        return 'overwrite'
    return 'number' if args.keep else 'refuse'


def print_written(files: Iterable[WrittenFile]) -> None:
    """Say what is in which files; those of one input share a line."""
    together: dict[tuple[Path, str], list[str]] = {}
    for file in files:
        verb = 'is' if file.num_items == 1 else 'are'
        key = file.path.with_suffix(''), f'{counted(file.num_items, file.item)} {verb}'
        together.setdefault(key, []).append(str(file.path))
    for (_, content), paths in together.items():
        print(f'{content} in {" and ".join(paths)}')


class ClassCounts:
    """Counts the identities of each class of each input.

    Args:
        classes: Names of the classes; without any, nothing is counted.
    """

    def __init__(self, classes: Sequence[str]) -> None:
        self.classes = classes
        self._counters: dict[str, IdentityCounter] = {}

    def add(self, name: str, sample: DetDataSample) -> None:
        """Count the tracks of a frame.

        Args:
            name: Name of the input.
            sample: The result, with ``pred_track_instances``.
        """
        if not self.classes:
            return
        tracks = sample.pred_track_instances
        if name not in self._counters:
            self._counters[name] = IdentityCounter(len(self.classes))
        self._counters[name].update(tracks.instances_id.numpy(), tracks.labels.numpy())

    def lines(self) -> Iterator[str]:
        """Describe each input in a line, such as ``street: 7 pedestrian, 2 car``."""
        for name, counter in self._counters.items():
            counts = zip(self.classes, counter.totals.tolist(), strict=True)
            shown = (f'{total} {label}' for label, total in counts if total)
            yield f'{name}: {", ".join(shown) or "no tracks"}'


@contextmanager
def viewers(
    args: argparse.Namespace, look: TrackVisualizer
) -> Iterator[Callable[[str, DetDataSample, CountBoard | None], bool]]:
    """Open what shows the run: a page, a window, both or none.

    Yields:
        A function that shows a result of a stream and its counts, and says whether to
        go on.
    """
    with ExitStack() as stack:
        window = page = None
        if args.show:
            from fairmot_mm.video.window import Window

            window = stack.enter_context(closing(Window(look, args.blur)))
        if args.serve:
            from fairmot_mm.video.live_view import LiveView

            page = stack.enter_context(closing(LiveView(args.serve, look, args.blur)))
            print(f'the run can be seen at {page.url}', flush=True)

        def show(name: str, sample: DetDataSample, board: CountBoard | None) -> bool:
            if page:
                page.show(name, sample, board)
            return window is None or window.show(name, sample, board)

        yield show


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
    look = TrackVisualizer(trail_length=args.show_trails or 0)
    with viewers(args, look) as show:
        sources, run = start(args, look, stream)
        bars = progress_bar()
        tasks = {
            source.name: bars.add_task(
                escape(source.name), total=source.length, fps=0.0
            )
            for source in sources
        }
        counts = dict.fromkeys(tasks, 0)
        classes = ClassCounts(look.classes)
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
                    if not show(name, sample, run.counts.get(name)):
                        break
        finally:
            print_results(run, classes, len(sources))
            if args.save_state and any(counts.values()):
                run.state().save(args.save_state)


def print_results(run: Run, classes: ClassCounts, num_sources: int) -> None:
    """Say what was written and counted."""
    print_written(run.written)
    for line in classes.lines():
        print(line)
    for name, texts in run.count_texts.items():
        for text in texts:
            print(text if num_sources == 1 else f'{name}: {text}')
