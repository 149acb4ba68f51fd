"""Measure tracking from a video to its results: throughput, steps, latency, memory.

Without --compare one way of running the network is measured in full: the frames a
second of whole runs; in a run of its own, with a clock, the time of every pipeline
step; and the time from a decoded frame to its tracks, one frame at a time. With
--compare several ways run in turn on the same frames, each in a process of its own, and
their tracks are compared. Without a checkpoint the weights are random: what is detected
then means nothing, but there are about as many detections as in a crowd.
"""

import argparse
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mmengine.device import get_device

from fairmot_mm.benchmark.command import (
    add_length_arguments,
    add_video_arguments,
    describe_run,
)
from fairmot_mm.benchmark.measure import compare_tracks, measure_in_turn, summarize
from fairmot_mm.benchmark.report import Report, Rows, format_number, format_tracks
from fairmot_mm.benchmark.variant import ON_CPU, ON_GPU
from fairmot_mm.benchmark.workload import Workload, prepare_workload
from fairmot_mm.utils import STEPS, ConfigError
from fairmot_mm.utils.cli import (
    add_cfg_options_argument,
    add_inference_arguments,
    add_number_arguments,
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
    parser.add_argument(
        '--no-threads', action='store_true', help='run one step after the other'
    )
    parser.add_argument('--save-video', action='store_true', help='also write an mp4')
    add_number_arguments(
        parser,
        batch_size=(1, 'frames in a batch'),
        people=(30, 'random weights find about as many people in a frame'),
    )
    add_cfg_options_argument(parser)
    add_inference_arguments(parser)


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report."""
    device = args.device or get_device()
    options = inference_options(args) or {}
    in_full = args.compare is None
    names = args.compare or (ON_CPU if device == 'cpu' else ON_GPU)
    if in_full:
        names = [options.get('inference.backend', 'pytorch')]
    further = ('steps', 'latencies') if in_full else ()
    with prepare_workload(
        args,
        args.config,
        args.checkpoint,
        options,
        args.people,
        args.save_video,
        device=device,
        threads=not args.no_threads,
        batch_size=args.batch_size,
    ) as workload:
        found = measure(workload, names, args, args.reference, *further)
    one = next(iter(found.values()))
    if in_full:
        # The first frames start the tracker and find the caches cold.
        latencies = one.pop('latencies')
        one['latency'] = summarize(latencies[min(2, len(latencies) - 1) :])
        one['steps'] = {step: summarize(times) for step, times in one['steps'].items()}
        tables = [_totals(one, args.save_video), _steps(one)]
    else:
        tables = [_compare(found, args.reference or next(iter(found)))]
    weights = 'random weights (what is detected means nothing)'
    if args.checkpoint:
        weights = Path(args.checkpoint).name
    about = describe_run(args, one, f'{Path(args.config).stem}, {weights}')
    named = {key: getattr(args, key) for key in ('config', 'checkpoint', 'input')}
    numbers = {**named, 'input_size': args.input_size, 'variants': found}
    report.publish(tables, about, numbers)


def measure(
    workload: Workload,
    names: Iterable[str],
    args: argparse.Namespace,
    reference: str | None = None,
    *further: str,
) -> dict[str, dict[str, Any]]:
    """Measure variants in turn, and compare their speed and tracks.

    Args:
        workload: What is tracked.
        names: Names of the variants.
        args: A command line with the options of `add_length_arguments`.
        reference: Variant whose tracks the others are compared with; the first by
            default.
        further: See `measure_in_turn`.

    Returns:
        By variant what `measure_in_turn` gives; ``fps``, frames a second in the median
        run; ``ratio``, its quotient to that of the first; and ``tracks``, see
        `compare_tracks`.

    Raises:
        ConfigError: The reference is not measured; or see `Workload.variants`.
    """
    variants = workload.variants(names)
    first = next(iter(variants))
    reference = reference or first
    if reference not in variants:
        raise ConfigError(f'--reference {reference} is not among {", ".join(variants)}')
    lengths = args.frames, args.warmup, args.rounds
    found = measure_in_turn(variants, *lengths, *further)
    for one in found.values():
        one['fps'] = one['frames'] / statistics.median(one['seconds'])
        one['ratio'] = one['fps'] / found[first]['fps']
        one['tracks'] = compare_tracks(found[reference]['mot_file'], one['mot_file'])
    return found


def _compare(found: dict[str, dict[str, Any]], reference: str) -> Rows:
    """Make a table of several variants."""
    return [
        {
            'variant': name,
            's a frame': 1 / one['fps'],
            'frames/s': one['fps'],
            f'x {next(iter(found))}': f'{one["ratio"]:.2f}',
            'host MB': one['memory']['host_mb'],
            'GPU MB': one['memory']['device_mb'],
            f'tracks as {reference}': 'reference'
            if name == reference
            else format_tracks(one['tracks']),
        }
        for name, one in found.items()
    ]


def _steps(found: dict[str, Any]) -> Rows:
    """Make a table of the time of each pipeline step."""
    rows: list[dict[str, str]] = []
    for step in STEPS:
        if times := found['steps'].get(step):
            row = {
                f'{key} ms': f'{times[f"{key}_ms"]:.2f}'
                for key in ('median', 'p95', 'mean')
            }
            share = times['mean_ms'] * found['fps'] / 10
            rows.append({'step': step, **row, 'of a frame': f'{share:.0f} %'})
    return rows


def _totals(found: dict[str, Any], save_video: bool) -> Rows:
    """Make a table of throughput, latency and memory."""
    memory, latency = found['memory'], found['latency']
    speeds = [format_number(found['frames'] / s) for s in found['seconds']]
    files = 'MOT file and mp4' if save_video else 'MOT file'
    held = memory['device_mb']
    values = {
        f'throughput, video to {files}': f'{format_number(found["fps"])} frames/s',
        'seconds a frame': f'{format_number(1 / found["fps"])} s',
        f'its runs, {found["frames"]} frames each': f'{", ".join(speeds)} frames/s',
        'latency, one frame at a time: median': f'{latency["median_ms"]:.1f} ms',
        'latency: p95': f'{latency["p95_ms"]:.1f} ms',
        'building the model': f'{found["setup_seconds"]:.1f} s',
        'first frames, not timed': f'{found["warmup_seconds"]:.1f} s',
        'peak memory of the process': f'{memory["host_mb"]:.0f} MB',
        'peak memory of PyTorch on the GPU': f'{held:.0f} MB' if held else 'no GPU',
    }
    return [{'measured': name, 'value': value} for name, value in values.items()]
