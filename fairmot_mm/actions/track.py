"""Tracks the inputs of a command line, with progress bars."""

import argparse
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

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
from fairmot_mm.utils import ConfigError, require_writable_dir
from fairmot_mm.utils.cli import inference_options
from fairmot_mm.utils.contracts import require_contract
from fairmot_mm.utils.tracker import Stateful
from fairmot_mm.utils.urls import is_url, local_path
from fairmot_mm.video.frame_source import FrameSource, open_sources
from fairmot_mm.video.live_options import LiveOptions
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
    )
    if not several:
        return TrackInferencer(
            **settings, batch_size=args.batch_size or 1, threads=not args.no_threads
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
    args: argparse.Namespace, look: TrackVisualizer
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
    outputs = dict(
        out_dir=args.out,
        save_video=not args.no_video,
        existing=existing_files(args),
        encoding=VideoEncoding(args.video_preset, args.video_crf),
        segment=args.segment,
    )
    if isinstance(inferencer, MultiStreamInferencer):
        return sources, inferencer(sources, **outputs)
    return sources, inferencer(sources[0], **outputs, state=state)


def load_state(args: argparse.Namespace) -> TrackingState | None:
    """Read the state that the run goes on from; None if it begins with no tracks."""
    if not args.load_state:
        return None
    if args.load_state == args.save_state and not Path(args.load_state).exists():
        print(f'{args.load_state} does not exist yet: the run begins with no tracks')
        return None
    return TrackingState.load(args.load_state)


def _may_be_live(text: str) -> bool:
    """Whether an input is an address or a camera."""
    path = Path(local_path(text))
    is_number = text.isdecimal() and not path.exists()
    return is_url(str(local_path(text))) or is_number or path.is_char_device()


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


@contextmanager
def viewers(
    args: argparse.Namespace, look: TrackVisualizer
) -> Iterator[Callable[[str, DetDataSample], bool]]:
    """Open what shows the run: a page, a window, both or none.

    Yields:
        A function that shows a result of a stream, and says whether to go on.
    """
    with ExitStack() as stack:
        window = page = None
        if args.show:
            from fairmot_mm.video.window import Window

            window = stack.enter_context(closing(Window(look)))
        if args.serve:
            from fairmot_mm.video.live_view import LiveView

            page = stack.enter_context(closing(LiveView(args.serve, look)))
            print(f'the run can be seen at {page.url}', flush=True)

        def show(name: str, sample: DetDataSample) -> bool:
            if page:
                page.show(name, sample)
            return window is None or window.show(name, sample)

        yield show


def track(args: argparse.Namespace) -> None:
    """Track with progress bars, and print what was written, however it ends."""
    look = TrackVisualizer(trail_length=args.show_trails)
    with viewers(args, look) as show:
        sources, run = start(args, look)
        bars = progress_bar()
        tasks = {
            source.name: bars.add_task(
                escape(source.name), total=source.length, fps=0.0
            )
            for source in sources
        }
        counts = dict.fromkeys(tasks, 0)
        try:
            with closing(run), bars:
                for result in run:
                    name, sample = (
                        result
                        if isinstance(result, StreamResult)
                        else (sources[0].name, result)
                    )
                    counts[name] += 1
                    speed = bars.tasks[tasks[name]].speed or 0.0
                    bars.update(tasks[name], completed=counts[name], fps=speed)
                    if not show(name, sample):
                        break
        finally:
            print_written(run.written)
            if args.save_state and any(counts.values()):
                run.state().save(args.save_state)
