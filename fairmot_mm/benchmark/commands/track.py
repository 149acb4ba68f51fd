"""Measure tracking from a video to its results: throughput, steps, latency, memory.

Without --compare one way of running the network is measured in full: the frames a
second of whole runs; in a run of its own, with a clock, the time of every pipeline
step; and the time from a decoded frame to its tracks, one frame at a time. With
--compare several ways run in turn on the same frames, each in a process of its own, and
their tracks are compared. Without a checkpoint the weights are random: what is detected
then means nothing, but there are about as many detections as in a crowd.
"""

import argparse
from pathlib import Path
from typing import Any

from mmengine.device import get_device
from rich.console import Console

from fairmot_mm.benchmark.command import (
    add_length_arguments,
    add_number_arguments,
    add_video_arguments,
    describe_run,
    subject_of,
)
from fairmot_mm.benchmark.measure import compare_tracks, measure_in_turn
from fairmot_mm.benchmark.report import (
    Grid,
    Report,
    format_memory,
    format_number,
    format_tracks,
)
from fairmot_mm.benchmark.variant import ON_CPU, ON_GPU
from fairmot_mm.utils import STEPS, ConfigError
from fairmot_mm.utils.cli import (
    add_cfg_options_argument,
    add_inference_arguments,
    inference_options,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    parser.add_argument('config', help='config file')
    parser.add_argument(
        'checkpoint', nargs='?', help='weights or an ONNX file (default: random)'
    )
    add_video_arguments(parser)
    parser.add_argument(
        '--compare',
        nargs='*',
        metavar='VARIANT',
        help='measure these variants in turn, as in --compare pytorch '
        'fuse-conv-bn+batch-4 onnxruntime; without names those that suit the device',
    )
    parser.add_argument(
        '--reference',
        metavar='VARIANT',
        help='the variant whose tracks the others are compared with (the first)',
    )
    add_length_arguments(parser, frames=50, warmup=3, rounds=2)
    parser.add_argument('--batch-size', type=int, help='frames in a batch (1)')
    parser.add_argument(
        '--no-threads', action='store_true', help='run one step after the other'
    )
    parser.add_argument('--save-video', action='store_true', help='also write an mp4')
    add_number_arguments(
        parser, people=(30, 'random weights find about as many people in a frame')
    )
    add_cfg_options_argument(parser)
    add_inference_arguments(parser)


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report."""
    device = args.device or get_device()
    options = inference_options(args) or {}
    settings = {'device': device, 'threads': not args.no_threads}
    if args.batch_size is not None:
        settings['batch_size'] = args.batch_size
    names = [options.get('inference.backend', 'pytorch')]
    if args.compare is not None:
        names = args.compare or list(ON_CPU if device == 'cpu' else ON_GPU)
    with (
        subject_of(
            args,
            args.config,
            args.checkpoint,
            people=args.people,
            cfg_options=options,
            settings=settings,
            save_video=args.save_video,
        ) as subject,
        Console(stderr=True).status('prepares') as status,
    ):
        jobs = subject.jobs(names)
        reference = args.reference or next(iter(jobs))
        if reference not in jobs:
            raise ConfigError(f'--reference {reference} is not among {", ".join(jobs)}')
        lengths = args.frames, args.warmup, args.rounds
        in_full = args.compare is None
        found = measure_in_turn(jobs, *lengths, status.update, in_full)
        if not in_full:
            grids = [_compare(found, reference)]
    one = next(iter(found.values()))
    if in_full:
        grids = [_totals(one, args.save_video), _steps(one)]
    weights = 'random weights (what is detected means nothing)'
    if args.checkpoint:
        weights = Path(args.checkpoint).name
    about = describe_run(args, one, f'{Path(args.config).stem}, {weights}')
    named = {key: getattr(args, key) for key in ('config', 'checkpoint', 'input')}
    numbers = {**named, 'input_size': args.input_size, 'variants': found}
    report.publish(grids, about, numbers)


def _compare(found: dict[str, dict[str, Any]], reference: str) -> Grid:
    """Make a table of several variants."""
    first = next(iter(found))
    rows = []
    for name, one in found.items():
        one['ratio'] = one['fps'] / found[first]['fps']
        one['tracks'] = compare_tracks(found[reference]['mot_file'], one['mot_file'])
        is_reference = name == reference
        rows.append(
            {
                'variant': name,
                's a frame': 1 / one['fps'],
                'frames/s': one['fps'],
                f'x {first}': f'{one["ratio"]:.2f}',
                'host MB': format_memory(one['memory']['host_mb']),
                'GPU MB': format_memory(one['memory']['device_mb']),
                f'tracks as {reference}': 'reference'
                if is_reference
                else format_tracks(one['tracks']),
            }
        )
    return Grid.of_numbers('file to MOT file', rows).without_empty()


def _steps(found: dict[str, Any]) -> Grid:
    """Make a table of the time of each pipeline step; see `measure_in_turn`."""
    whole = 1e3 / found['fps']
    rows = [
        {
            'step': step,
            'median ms': f'{found["steps"][step]["median_ms"]:.2f}',
            'p95 ms': f'{found["steps"][step]["p95_ms"]:.2f}',
            'mean ms': f'{found["steps"][step]["mean_ms"]:.2f}',
            'of a frame': f'{100 * found["steps"][step]["mean_ms"] / whole:.0f} %',
        }
        for step in STEPS
        if step in found['steps']
    ]
    return Grid.of_numbers('pipeline steps, ms a frame', rows)


def _totals(found: dict[str, Any], save_video: bool) -> Grid:
    """Make a table of throughput, latency and memory; see `measure_in_turn`."""
    memory, latency = found['memory'], found['latency']
    speeds = [found['frames'] / seconds for seconds in found['seconds']]
    files = 'MOT file and mp4' if save_video else 'MOT file'
    on_gpu = memory['device_mb'] is not None
    held = f'{format_memory(memory["device_mb"])} MB' if on_gpu else 'no GPU'
    rows = [
        (f'throughput, video to {files}', f'{format_number(found["fps"])} frames/s'),
        ('', f'{format_number(1 / found["fps"])} s a frame'),
        (
            f'its runs, {found["frames"]} frames each',
            f'{", ".join(map(format_number, speeds))} frames/s',
        ),
        ('latency, one frame at a time: median', f'{latency["median_ms"]:.1f} ms'),
        ('latency: p95', f'{latency["p95_ms"]:.1f} ms'),
        ('building the model', f'{found["setup_seconds"]:.1f} s'),
        ('first frames, not timed', f'{found["warmup_seconds"]:.1f} s'),
        ('peak memory of the process', f'{format_memory(memory["host_mb"])} MB'),
        ('peak memory of PyTorch on the GPU', held),
    ]
    return Grid('file to tracks', ('', ''), rows)
