"""Measure tracking from a video to its results: throughput, steps, latency, memory."""

import argparse
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fairmot_mm.benchmark.command import (
    describe_run,
)
from fairmot_mm.benchmark.measure import compare_tracks, measure_in_turn, summarize
from fairmot_mm.benchmark.report import Report, Rows, format_number, format_tracks
from fairmot_mm.benchmark.variant import ON_CPU, ON_GPU
from fairmot_mm.benchmark.workload import Workload, prepare_workload
from fairmot_mm.utils import STEPS, ConfigError
from fairmot_mm.utils.step_clock import THREADS
from fairmot_mm.utils.urls import hide_secrets
from fairmot_mm.video.video_encoding import VideoEncoding


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report."""
    in_full = args.compare is None
    further = ('steps', 'threads', 'latencies') if in_full else ()
    with prepare_workload(
        args,
        args.config,
        args.checkpoint,
        args.people,
        VideoEncoding(args.save_video) if args.save_video else None,
        threads=not args.no_threads,
        batch_size=args.batch_size,
    ) as workload:
        names = args.compare
        if in_full:
            names = [args.backend or 'pytorch']
        elif not names:
            names = ON_CPU if workload.settings['device'] == 'cpu' else ON_GPU
        found = measure(workload, names, args, args.reference, *further)
    one = next(iter(found.values()))
    if in_full:
        # The first frames start the tracker and find the caches cold.
        latencies = one.pop('latencies')
        one['latency'] = summarize(latencies[min(2, len(latencies) - 1) :])
        one['steps'] = {step: summarize(times) for step, times in one['steps'].items()}
        tables = [
            _totals(one, bool(args.save_video)),
            _steps(one),
            _threads(one['threads']),
        ]
    else:
        tables = [compare(found)]
    weights = 'random weights (what is detected means nothing)'
    if args.checkpoint:
        weights = Path(args.checkpoint).name
    about = describe_run(args, one, f'{Path(args.config).stem}, {weights}')
    named = {key: getattr(args, key) for key in ('config', 'checkpoint', 'input')}
    named['input'] = hide_secrets(str(args.input))
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
        `compare_tracks`, as ``reference`` has them.

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
        one['reference'] = reference
        one['fps'] = one['frames'] / statistics.median(one['seconds'])
        one['ratio'] = one['fps'] / found[first]['fps']
        one['tracks'] = compare_tracks(found[reference]['mot_file'], one['mot_file'])
    return found


def compare(found: dict[str, dict[str, Any]]) -> Rows:
    """Make the rows of a table about several variants.

    Args:
        found: What `measure` gives.
    """
    return [
        {
            'variant': name,
            's a frame': 1 / one['fps'],
            'frames/s': one['fps'],
            'x the first': f'{one["ratio"]:.2f}',
            'host MB': one['memory']['host_mb'],
            'GPU MB': one['memory']['device_mb'],
            f'tracks as {one["reference"]}': format_tracks(one['tracks']),
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


def _threads(found: dict[str, dict[str, float]]) -> Rows:
    """Make a table of what the threads do, and what that of the network waits for."""
    whole = found['whole']['run']
    rows: list[tuple[str, float, float | None]] = [
        (f'{thread}: {", ".join(THREADS[thread])}', ms, found['processor'][thread])
        for thread, ms in found['busy'].items()
    ]
    rows += [
        (f'network waits for {name}', ms, None) for name, ms in found['waits'].items()
    ]
    rows.append(('whole frame, all threads', whole, found['processor']['process']))
    return [
        {
            'thread': name,
            'ms a frame': f'{ms:.2f}',
            'of the time': f'{100 * ms / whole:.0f} %',
            'processor ms': None if used is None else f'{used:.2f}',
        }
        for name, ms, used in rows
    ]


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
