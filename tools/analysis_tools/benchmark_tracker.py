"""Measure a tracker: time and memory by number of people and by length of video.

Everything runs on one core. The detections are those of a synthetic crowd and are made
before the clock starts, so the time is that of `tracker.track` alone. By number of
people, mmdet's ByteTracker gets the same detections, in turn with ours.
By length of video, an endless crowd is followed; then the frames around the first and
those around the last mark are tracked once more, in turn, from copies of the tracker
taken at those marks, so that whatever else the machine does hits both alike.
"""

import argparse
import os

# Before anything loads a library of linear algebra: it would start a thread a core.
os.environ['OMP_NUM_THREADS'] = '1'
os.environ['OPENBLAS_NUM_THREADS'] = '1'
os.environ['MKL_NUM_THREADS'] = '1'

import itertools
import json
import pickle
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.config import DictAction
from rich.console import Console
from rich.progress import track
from tabulate import tabulate

from fairmot_mm.apis import build_tracker
from fairmot_mm.registry import MODELS
from fairmot_mm.synthetic import WalkingCrowd
from fairmot_mm.utils import write_text
from fairmot_mm.utils.cli import one_line_errors
from fairmot_mm.utils.setup_env import register_all_modules

WARM_UP = 30  # frames: tracks get confirmed, the first lost ones expire
FIRST_MARK = 1000
BLOCK = 500  # frames made ahead of the clock at a time
TURN = 20  # frames of one tracker before it is the turn of the next
BYTE_TRACKER = dict(type='ByteTracker', motion=dict(type='KalmanFilter'))


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--config', help='measure the tracker of this config (default: JDETracker)'
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='override keys of the config, as in model.tracker.track_buffer=60',
    )
    parser.add_argument(
        '--people',
        type=int,
        nargs='*',
        default=[20, 100, 120, 200, 500],
        help='numbers of people (default: %(default)s)',
    )
    parser.add_argument(
        '--frames', type=int, default=200, help='frames timed for each (%(default)s)'
    )
    parser.add_argument(
        '--long-frames',
        type=int,
        default=100_000,
        help='length of the endless video; 0 leaves it out (%(default)s)',
    )
    parser.add_argument(
        '--long-people', type=int, default=20, help='people in it (%(default)s)'
    )
    parser.add_argument('--seed', type=int, default=0, help='of the crowd')
    parser.add_argument('--json', type=Path, help='also write the numbers here')
    args = parser.parse_args(argv)
    if args.frames < 1 or (args.long_frames and args.long_frames < 2 * FIRST_MARK):
        parser.error(
            f'--frames must be 1 or more, --long-frames 0 or at least {2 * FIRST_MARK}'
        )
    return args


def timed(tracker: Any, sample: DetDataSample) -> float:
    """Milliseconds that the tracker takes for a frame."""
    start = time.perf_counter_ns()
    tracker.track(data_sample=sample)
    return (time.perf_counter_ns() - start) / 1e6


def timed_in_turn(
    pairs: Sequence[tuple[Any, Iterator[DetDataSample]]], num_frames: int
) -> list[np.ndarray]:
    """Milliseconds (num_frames,) of each tracker on its frames, some at a time.

    Whatever else the machine does hits all alike, and none runs with the caches that
    another one has just filled.
    """
    times: list[list[float]] = [[] for _ in pairs]
    for start in range(0, num_frames, TURN):
        for (tracker, samples), own in zip(pairs, times, strict=True):
            some = itertools.islice(samples, min(TURN, num_frames - start))
            own.extend(timed(tracker, sample) for sample in some)
    return [np.array(own) for own in times]


def summary(times: np.ndarray) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    median, p95 = np.percentile(times, (50, 95))
    return {'median_ms': float(median), 'p95_ms': float(p95)}


def resident_mb() -> float:
    """Resident memory of this process in MB, as the kernel of Linux counts it."""
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGESIZE') / 1e6


def peak_mb(tracker: Any, samples: Sequence[DetDataSample]) -> float:
    """Most MB that frames add while they are tracked; slow, so never timed."""
    tracemalloc.start()
    for sample in samples:
        tracker.track(data_sample=sample)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def measure_people(args: argparse.Namespace, num_people: int) -> dict[str, float]:
    """Time and memory with a number of people, and the time of ByteTracker."""
    crowd = iter(WalkingCrowd(num_people, args.seed))
    samples = list(itertools.islice(crowd, WARM_UP + args.frames + 10))
    *timed_samples, extra = samples[:-10], samples[-10:]
    ours, byte = (
        build_tracker(args.config, args.cfg_options),
        MODELS.build(BYTE_TRACKER),
    )
    pairs = [(tracker, iter(timed_samples[0])) for tracker in (ours, byte)]
    timed_in_turn(pairs, WARM_UP)
    our_times, byte_times = timed_in_turn(pairs, args.frames)
    detections = np.mean([len(sample.pred_instances) for sample in samples])
    return {
        'people': num_people,
        'detections': float(detections),
        **summary(our_times),
        'state_kb': len(pickle.dumps(ours)) / 1e3,
        'peak_mb': peak_mb(ours, extra),
        **{f'byte_{key}': value for key, value in summary(byte_times).items()},
        'ratio': float(np.median(byte_times) / np.median(our_times)),
    }


def measure_length(args: argparse.Namespace) -> dict[str, Any]:
    """Time and memory along an endless video."""
    crowd = iter(WalkingCrowd(args.long_people, args.seed))
    tracker = build_tracker(args.config, args.cfg_options)
    last_mark = args.long_frames - args.long_frames % BLOCK
    checks = {FIRST_MARK, *np.linspace(0, last_mark, 11).astype(int) // BLOCK * BLOCK}
    rows, copies, newest_id = [], {}, 0
    for end in track(
        range(BLOCK, last_mark + BLOCK + 1, BLOCK),
        f'{last_mark} frames, {args.long_people} people',
        console=Console(stderr=True),
    ):
        samples = list(itertools.islice(crowd, BLOCK))
        start = end - BLOCK
        if start in (FIRST_MARK, last_mark):
            copies[start] = (deepcopy(tracker), samples)
        times = np.array([timed(tracker, sample) for sample in samples])
        ids = tracker.track(data_sample=next(crowd)).instances_id
        newest_id = max(newest_id, int(ids.max())) if len(ids) else newest_id
        if start in checks and start > 0:
            rows.append(
                {
                    'frame': start,
                    **summary(times),
                    'newest_id': newest_id,
                    'state_kb': len(pickle.dumps(tracker)) / 1e3,
                    'rss_mb': resident_mb(),
                }
            )
    early, late = timed_in_turn(
        [(copied, iter(samples)) for copied, samples in copies.values()], BLOCK
    )
    return {
        'people': args.long_people,
        'rows': rows,
        'marks': [FIRST_MARK, last_mark],
        'side_by_side': [summary(early), summary(late)],
        'late_over_early': float(np.median(late) / np.median(early)),
    }


def table(rows: list[dict[str, float]]) -> str:
    """The rows as text."""
    return tabulate(rows, headers='keys', floatfmt='.2f')


def print_length(length: dict[str, Any]) -> None:
    """Say what was measured along the video, and how."""
    print(
        f'\nBy length of video, {length["people"]} people: medians over {BLOCK} frames '
        'from each mark; rss_mb is the\nresident memory of the whole process, from '
        '/proc/self/statm'
    )
    print(table(length['rows']))
    (first, last), (early, late) = length['marks'], length['side_by_side']
    print(
        f'Tracked again in turn: {early["median_ms"]:.3f} ms from frame {first}, '
        f'{late["median_ms"]:.3f} ms from frame {last}: '
        f'{100 * length["late_over_early"] - 100:+.1f} %'
    )


def main(argv: list[str] | None = None) -> None:
    """Run the tool."""
    args = parse_args(argv)
    torch.set_num_threads(1)
    register_all_modules()
    result: dict[str, Any] = {'threads': 1, 'seed': args.seed}
    with one_line_errors():
        console = Console(stderr=True)
        people = track(args.people, 'by number of people', console=console)
        result['by_people'] = [measure_people(args, number) for number in people]
        if result['by_people']:
            print(
                f'By number of people, {args.frames} frames, one core; state_kb: what '
                'the tracker holds between\nframes, pickled; peak_mb: what a frame '
                "adds at most, by tracemalloc; ratio: ByteTracker's\nmedian over ours"
            )
            print(table(result['by_people']))
        if args.long_frames:
            result['by_length'] = measure_length(args)
            print_length(result['by_length'])
        if args.json:
            write_text(args.json, json.dumps(result, indent=2) + '\n')


if __name__ == '__main__':
    main()
