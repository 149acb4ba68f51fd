"""Track people in videos, folders of images, streams or cameras.

The tool writes OUT/NAME.txt (MOTChallenge results) and OUT/NAME.mp4 (boxes and
identities), where NAME is the name of the input. Several inputs are tracked at the same
time: their frames pass through the network together, and each has its own identities.

The network is one of the model zoo, or a config with weights. Options name it, or, in
the order of mmdet's tools, the arguments before the inputs. By default it is the zoo's
default model.
"""

import argparse
import signal
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
from fairmot_mm.utils.cli import (
    add_cfg_options_argument,
    add_inference_arguments,
    inference_options,
    one_line_errors,
)
from fairmot_mm.video.frame_source import FrameSource, open_sources
from fairmot_mm.visualization import TrackVisualizer

USAGE = """track.py [options] INPUT [INPUT ...]
       track.py [options] --model NAME|CONFIG [--weights FILE] INPUT [INPUT ...]
       track.py [options] CONFIG WEIGHTS INPUT [INPUT ...]"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0], usage=USAGE)
    parser.add_argument(
        'input',
        nargs='+',
        help='video, image, folder of images (also a MOTChallenge sequence), pattern '
        'of images in quotes, URL, or camera number',
    )
    parser.add_argument(
        '--model',
        metavar='NAME|CONFIG',
        help='name of the model zoo (docs/reference/model_zoo.md) or config file; by '
        'default the model that comes with fairmot_mm',
    )
    parser.add_argument(
        '--weights',
        metavar='FILE',
        help='checkpoint of a training here, published FairMOT .pth, or ONNX file; a '
        'model of the zoo has its own',
    )
    parser.add_argument(
        '--out', default='outputs', help='folder to write the results to (%(default)s)'
    )
    parser.add_argument(
        '--batch-size',
        type=int,
        help='number of consecutive frames that pass through the network together (1); '
        'of several inputs, the number of inputs with a frame in a batch (all)',
    )
    parser.add_argument(
        '--detect-every',
        type=int,
        metavar='N',
        help='run the network on every N-th frame; in the frames between, tracks move '
        'on by their motion',
    )
    parser.add_argument(
        '--fps', type=float, help='frames a second, instead of what the input says'
    )
    parser.add_argument(
        '--no-video', action='store_true', help='write the text only, and no mp4'
    )
    parser.add_argument(
        '--no-threads',
        action='store_true',
        help='read, track and write one after the other (slower; for one input only)',
    )
    parser.add_argument(
        '--show-trails',
        type=int,
        nargs='?',
        const=60,
        default=0,
        metavar='FRAMES',
        help='draw the path of the last FRAMES frames (60 without a number)',
    )
    add_cfg_options_argument(parser, 'model.tracker.obj_score_thr=0.5')
    add_inference_arguments(parser)
    args = parser.parse_args()
    if args.input[0].endswith('.py'):  # a config, not a source of frames
        if args.model or args.weights:
            parser.error(f'{args.input[0]} is a config: name it with --model')
        if len(args.input) < 3:
            parser.error('after a config come its weights and the inputs')
        args.model, args.weights, *args.input = args.input
    return args


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


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    # A scheduler or a container ends a job by SIGTERM: the files are finished too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    track(args)


if __name__ == '__main__':
    main()
