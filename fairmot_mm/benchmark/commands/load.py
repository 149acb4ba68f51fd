"""Measure tracking and training on an idle machine and beside other work."""

import argparse
import statistics
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from fairmot_mm.benchmark.busy_cores import busy_cores
from fairmot_mm.benchmark.process import Benchmark, in_own_process
from fairmot_mm.benchmark.report import Report, format_number
from fairmot_mm.benchmark.training_benchmark import TrainingBenchmark
from fairmot_mm.benchmark.workload import prepare_workload
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.machine import machine_line
from fairmot_mm.utils.urls import shown_name

TRAINING = 'training step'
# How libraries wait by default. For GNU's OpenMP that is neither of its two policies:
# it spins 300,000 times, a few milliseconds.
WAITING = {
    'spin': {
        'OMP_WAIT_POLICY': 'ACTIVE',
        'GOMP_SPINCOUNT': '300000',
        'KMP_BLOCKTIME': '200',
        'OPENBLAS_THREAD_TIMEOUT': '26',
    },
    'sleep': {
        'OMP_WAIT_POLICY': 'PASSIVE',
        'GOMP_SPINCOUNT': '10000',
        'KMP_BLOCKTIME': '0',
        'OPENBLAS_THREAD_TIMEOUT': '4',
    },
}


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report."""
    if args.busy < 1:
        raise ConfigError(f'--busy {args.busy}: it must be 1 or more')
    with prepare_workload(args, args.config, args.checkpoint) as workload:
        builds: dict[str, Callable[[], Benchmark]] = {**workload.variants(args.compare)}
        if not args.no_training:
            builds[TRAINING] = partial(
                TrainingBenchmark,
                str(args.config),
                'float32',
                workload.settings['device'],
                args.batch_size,
                tuple(args.input_size or (320, 192)),
            )
        found = _measure(builds, args)
    rows = [_row(name, waits, one) for (name, waits), one in found.items()]
    weights = Path(args.checkpoint).name if args.checkpoint else 'random weights'
    machine = next(iter(found.values()))['machine']
    about = (
        f'{Path(args.config).stem}, {weights}; milliseconds of a frame of '
        f'{shown_name(args.input)}, and of a training step with {args.batch_size} '
        f'images: median (smallest to largest) of {args.rounds} runs of {args.frames} '
        f'frames or {args.steps} steps; {args.busy} busy processes; '
        f'{machine_line(machine)}.'
    )
    report.publish([rows], about, rows)


def _measure(
    builds: Mapping[str, Callable[[], Benchmark]], args: argparse.Namespace
) -> dict[tuple[str, str], dict[str, Any]]:
    """Milliseconds by (name, way of waiting), idle and loaded, all in turn."""
    keys = [(name, waits) for name in builds for waits in WAITING]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    with ExitStack() as stack:
        calls = {}
        for name, waits in keys:
            process = in_own_process(builds[name], WAITING[waits])
            calls[name, waits] = call = stack.enter_context(process)
            call('run', 1 if name == TRAINING else args.warmup)
            found[name, waits] = {**call('describe'), 'idle': [], 'loaded': []}
        for turn in range(args.rounds):
            for load, number in (('idle', 0), ('loaded', args.busy)):
                print(f'run {turn + 1} of {args.rounds}, {load}', file=sys.stderr)
                with busy_cores(number):
                    for key in keys[:: -1 if turn % 2 else 1]:
                        size = args.steps if key[0] == TRAINING else args.frames
                        seconds = calls[key]('run', size)
                        found[key][load].append(1e3 * seconds / size)
    return found


def _row(name: str, waits: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """The row of one variant; without other work, and with it."""
    idle, loaded = (statistics.median(found[load]) for load in ('idle', 'loaded'))
    return {
        'variant': name,
        'idle threads': waits,
        'idle machine, ms': _spread(found['idle']),
        'busy machine, ms': _spread(found['loaded']),
        'busy / idle': f'{loaded / idle:.1f}',
    }


def _spread(times: list[float]) -> str:
    median, low, high = statistics.median(times), min(times), max(times)
    return f'{format_number(median)} ({format_number(low)} to {format_number(high)})'
