"""Measure tracking from a video to its results: throughput, stages, latency, memory.

Without --compare one way of running the network is measured in full: frames a second of
whole runs; in a run of its own, with a clock, how long every stage takes; and the time
from a frame that is there to its tracks, one frame at a time. With --compare several
ways run in turn on the same frames, each in a process of its own, and their tracks are
compared. Without a checkpoint the weights are random: what is then detected means
nothing, but there is about as much of it as in a crowd.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from mmengine.config import DictAction
from mmengine.device import get_device
from rich.console import Console

from fairmot_mm.apis import load_config
from fairmot_mm.benchmark import (
    ON_CPU,
    ON_GPU,
    Subject,
    Variant,
    measure_in_full,
    measure_side_by_side,
    parse_size,
    prepare_subject,
    variants_for,
)
from fairmot_mm.benchmark.report import Grid, comparison, publish, stages, totals
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.cli import (
    add_inference_arguments,
    inference_options,
    one_line_errors,
)
from fairmot_mm.utils.machine import machine_line
from fairmot_mm.utils.marked_section import MarkedSection


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='config file')
    parser.add_argument(
        'checkpoint', nargs='?', help='weights or an ONNX file (default: random)'
    )
    parser.add_argument('--input', required=True, help='video or folder of images')
    parser.add_argument(
        '--compare',
        nargs='*',
        metavar='VARIANT',
        help='measure these in turn, as in --compare pytorch fuse-conv-bn+batch-4 '
        'onnxruntime; without names those that suit the device',
    )
    parser.add_argument(
        '--reference',
        metavar='VARIANT',
        help='the variant whose tracks the others are compared with (the first)',
    )
    parser.add_argument('--frames', type=int, default=50, help='of a run (%(default)s)')
    parser.add_argument(
        '--warmup', type=int, default=3, help='frames before, not timed (%(default)s)'
    )
    parser.add_argument(
        '--rounds', type=int, default=2, help='timed runs, the median counts (2)'
    )
    parser.add_argument(
        '--input-size', type=parse_size, metavar='WxH', help='of the network'
    )
    parser.add_argument('--batch-size', type=int, help='frames in a batch (1)')
    parser.add_argument(
        '--no-threads', action='store_true', help='one step after the other'
    )
    parser.add_argument('--save-video', action='store_true', help='draw an mp4 too')
    parser.add_argument(
        '--people',
        type=int,
        default=30,
        help='with random weights: cells above the threshold in the first frame, '
        'roughly (%(default)s)',
    )
    parser.add_argument(
        '--out-dir',
        help='keep results and what is made for them; ONNX files found there are used',
    )
    parser.add_argument('--json', type=Path, help='file for the numbers')
    parser.add_argument(
        '--write',
        metavar='FILE#NAME',
        help='put the tables between <!-- NAME --> and <!-- end of NAME --> of FILE',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='override keys of the config, as in model.tracker.track_buffer=60',
    )
    add_inference_arguments(parser)
    args = parser.parse_args(argv)
    if min(args.frames, args.warmup, args.rounds) < 1:
        parser.error('--frames, --warmup and --rounds must be 1 or more')
    return args


def settings(args: argparse.Namespace) -> dict[str, Any]:
    """Arguments of `TrackInferencer` on the command line."""
    given = {'device': args.device or get_device(), 'threads': not args.no_threads}
    if args.batch_size is not None:
        given['batch_size'] = args.batch_size
    return given


def compare(
    args: argparse.Namespace, subject: Subject, console: Console
) -> tuple[dict[str, Any], list[Grid]]:
    """Several variants in turn."""
    suited = ON_CPU if subject.settings['device'] == 'cpu' else ON_GPU
    variants = variants_for(args.compare or suited, load_config(subject.config))
    names = [variant.name for variant in variants]
    reference = args.reference or names[0]
    if reference not in names:
        raise ConfigError(f'--reference {reference} is not among {", ".join(names)}')
    jobs = {}
    with console.status('') as status:
        for variant in variants:
            status.update(f'{variant.name}: prepares')
            jobs[variant.name] = subject.job(variant)
        found = measure_side_by_side(
            jobs, args.frames, args.warmup, args.rounds, status.update
        )
    return found, [comparison(found, reference)]


def in_full(
    args: argparse.Namespace, subject: Subject, console: Console
) -> tuple[dict[str, Any], list[Grid]]:
    """One way of running the network."""
    name = subject.backend
    with console.status('prepares') as status:
        job = subject.job(Variant.parse(name))
        found = measure_in_full(
            job, args.frames, args.warmup, args.rounds, status.update
        )
    return {name: found}, [totals(found, args.save_video), stages(found)]


def describe(args: argparse.Namespace, found: dict[str, Any]) -> str:
    """What was measured, on what."""
    one = next(iter(found.values()))
    size = 'x'.join(map(str, args.input_size)) if args.input_size else 'of the config'
    weights = (
        Path(args.checkpoint).name
        if args.checkpoint
        else 'random weights (what is detected means nothing)'
    )
    return (
        f'{Path(args.config).stem}, {weights}; {Path(args.input).name}, network input '
        f'{size}; {args.rounds} run(s) of {one["frames"]} frames; {one["device"]}: '
        f'{machine_line(one["machine"])}.'
    )


def main(argv: list[str] | None = None) -> None:
    """Run the tool."""
    args = parse_args(argv)
    console = Console(stderr=True)
    with one_line_errors():
        # Minutes of measuring later is no time to learn that it cannot be written.
        section = MarkedSection.parse(args.write) if args.write else None
        with prepare_subject(
            args.config,
            args.checkpoint,
            args.input,
            input_size=args.input_size,
            folder=args.out_dir,
            people=args.people,
            cfg_options=inference_options(args) or {},
            settings=settings(args),
            save_video=args.save_video,
        ) as subject:
            measure = in_full if args.compare is None else compare
            found, grids = measure(args, subject, console)
        about = describe(args, found)
        numbers = {
            'config': args.config,
            'checkpoint': args.checkpoint or 'random',
            'input': args.input,
            'input_size': args.input_size,
            'variants': found,
        }
        publish(grids, about, numbers, args.json, section)


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        sys.exit('interrupted: nothing was written')
