"""Measure a tracker: time and memory by number of people and by length of video."""

import argparse
import itertools
import pickle
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from mmdet.structures import DetDataSample

from fairmot_mm.apis import build_tracker
from fairmot_mm.benchmark.measure import summarize
from fairmot_mm.benchmark.process import call_in_processes
from fairmot_mm.benchmark.report import Report
from fairmot_mm.registry import MODELS
from fairmot_mm.synthetic import WalkingCrowd
from fairmot_mm.utils import ConfigError, cli
from fairmot_mm.utils.machine import current_memory, describe_machine, machine_line
from fairmot_mm.utils.setup_env import register_all_modules

WARM_UP = 30  # frames: tracks are confirmed, the first lost ones expire
FIRST_MARK = 1000
BLOCK = 500  # frames that are made ahead of the clock at a time
TURN = 20  # frames of one tracker before it is the turn of the next
BYTE_TRACKER = dict(type='ByteTracker', motion=dict(type='KalmanFilter'))


def run(args: argparse.Namespace, report: Report) -> None:
    """Measure and report.

    Raises:
        ConfigError: The video is too short, or the config has no tracker.
    """
    if args.long_frames and args.long_frames < 2 * FIRST_MARK:
        raise ConfigError(
            f'--long-frames {args.long_frames}: it must be 0 or at least '
            f'{2 * FIRST_MARK}'
        )
    numbers: dict[str, Any] = {'seed': args.seed}
    about = machine_line({**describe_machine(), 'threads': 1}) + '.'
    numbers['by_people'] = [
        call_in_processes(_measure_people, [(args, number)])[0]
        for number in cli.show_progress(args.people, 'by number of people')
    ]
    tables = [numbers['by_people']] if args.people else []
    if args.long_frames:
        (length,) = call_in_processes(_measure_length, [(args,)])
        numbers['by_length'] = length
        tables.append(length['rows'])
        (first, last), (early, late) = length['marks'], length['side_by_side']
        about = (
            f'Tracked again in turn: {early["median_ms"]:.3f} ms from frame {first}, '
            f'{late["median_ms"]:.3f} ms from frame {last}: '
            f'{100 * length["late_over_early"] - 100:+.1f} %; {about}'
        )
    report.publish(tables, about, numbers)


def _measure_people(args: argparse.Namespace, num_people: int) -> dict[str, Any]:
    """Measure time and memory with a number of people, and the time of ByteTracker."""
    register_all_modules()
    crowd = iter(WalkingCrowd(num_people, args.seed))
    samples = list(itertools.islice(crowd, WARM_UP + args.frames + 10))
    timed_samples, extra = samples[:-10], samples[-10:]
    ours = build_tracker(args.config, args.cfg_options)
    byte = MODELS.build(BYTE_TRACKER)
    pairs = [(tracker, iter(timed_samples)) for tracker in (ours, byte)]
    _time_in_turn(pairs, WARM_UP)
    our_times, byte_times = map(summarize, _time_in_turn(pairs, args.frames))
    return {
        'people': num_people,
        'detections': float(np.mean([len(each.pred_instances) for each in samples])),
        **_state(ours, our_times),
        'peak MB': _most_added_memory(ours, extra) / 1e6,
        'ByteTracker median ms': byte_times['median_ms'],
        'ByteTracker p95 ms': byte_times['p95_ms'],
        'ratio': byte_times['median_ms'] / our_times['median_ms'],
    }


def _state(tracker: Any, times: dict[str, float]) -> dict[str, float]:
    """Make the cells about times and what the tracker keeps."""
    return {
        'median ms': times['median_ms'],
        'p95 ms': times['p95_ms'],
        'state KB': len(pickle.dumps(tracker)) / 1e3,
    }


def _measure_length(args: argparse.Namespace) -> dict[str, Any]:
    """Measure time and memory along an endless video."""
    register_all_modules()
    crowd = iter(WalkingCrowd(args.long_people, args.seed))
    tracker = build_tracker(args.config, args.cfg_options)
    last_mark = args.long_frames - args.long_frames % BLOCK
    checks = {FIRST_MARK, *np.linspace(0, last_mark, 11).astype(int) // BLOCK * BLOCK}
    rows: list[dict[str, Any]] = []
    copies, newest_id = {}, 0
    marks = range(0, last_mark + 1, BLOCK)
    for start in cli.show_progress(marks, f'{last_mark} frames'):
        samples = list(itertools.islice(crowd, BLOCK))
        if start in (FIRST_MARK, last_mark):
            copies[start] = (deepcopy(tracker), samples)
        times = [_time_frame(tracker, sample) for sample in samples]
        ids = tracker.track(data_sample=next(crowd)).instances_id
        newest_id = max(newest_id, int(ids.max())) if len(ids) else newest_id
        if start in checks and start > 0:
            row = {'frame': start, **_state(tracker, summarize(times))}
            memory = current_memory() / 1e6
            rows.append({**row, 'newest identity': newest_id, 'memory MB': memory})
    pairs = [(copied, iter(samples)) for copied, samples in copies.values()]
    early, late = _time_in_turn(pairs, BLOCK)
    return {
        'people': args.long_people,
        'rows': rows,
        'marks': [FIRST_MARK, last_mark],
        'side_by_side': [summarize(early), summarize(late)],
        'late_over_early': float(np.median(late) / np.median(early)),
    }


def _time_frame(tracker: Any, sample: DetDataSample) -> float:
    """Measure the milliseconds that a tracker takes for a frame."""
    start = time.perf_counter_ns()
    tracker.track(data_sample=sample)
    return (time.perf_counter_ns() - start) / 1e6


def _time_in_turn(
    pairs: Sequence[tuple[Any, Iterator[DetDataSample]]], num_frames: int
) -> list[np.ndarray]:
    """Run trackers in turn, `TURN` frames of one before the next.

    Other load of the machine affects all alike, and no tracker suffers in every frame
    from caches that another one has just filled.
    """
    times: list[list[float]] = [[] for _ in pairs]
    for start in range(0, num_frames, TURN):
        for (tracker, samples), own in zip(pairs, times, strict=True):
            some = itertools.islice(samples, min(TURN, num_frames - start))
            own.extend(_time_frame(tracker, sample) for sample in some)
    return [np.array(own) for own in times]


def _most_added_memory(tracker: Any, samples: Sequence[DetDataSample]) -> int:
    """Measure the most bytes that frames add; too slow to be timed as well."""
    tracemalloc.start()
    for sample in samples:
        tracker.track(data_sample=sample)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
