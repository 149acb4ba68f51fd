"""Measuring several variants in turn, and comparing what they give."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

from fairmot_mm.benchmark.process import Benchmark, in_own_process
from fairmot_mm.utils import MOTRows, read_mot
from fairmot_mm.utils.boxes import tlwh_to_xyxy


def measure_in_turn(
    variants: Mapping[str, Callable[[], Benchmark]],
    size: int,
    warmup: int,
    rounds: int,
    *further: str,
) -> dict[str, dict[str, Any]]:
    """Run several variants in turn, each in a process of its own.

    Every second round runs them in the opposite order, so that other load of the
    machine affects all of them alike.

    Args:
        variants: The benchmark that each process builds, by name.
        size: Number of frames or training steps of a run.
        warmup: Number of frames or steps before, which are not timed.
        rounds: Number of timed runs of each variant.
        further: Names of further methods of the benchmarks, which are called with
            ``size`` after the timed runs.

    Returns:
        For each name ``seconds`` of each timed run, ``warmup_seconds``, what
        ``describe`` of the benchmark gives, and the results of the further methods by
        their names.
    """
    with ExitStack() as stack:
        calls, found = {}, {}
        for name, build in variants.items():
            _show(f'{name}: warm-up')
            call = calls[name] = stack.enter_context(in_own_process(build))
            found[name] = {'warmup_seconds': call('run', warmup), 'seconds': []}
        for turn in range(rounds):
            for name in list(variants)[:: -1 if turn % 2 else 1]:
                _show(f'{name}: run {turn + 1} of {rounds}')
                found[name]['seconds'].append(calls[name]('run', size))
        for name, call in calls.items():
            found[name] |= call('describe')
            found[name] |= {method: call(method, size) for method in further}
        return found


def _show(text: str) -> None:
    print(text, file=sys.stderr)


def summarize(times: Sequence[float] | np.ndarray) -> dict[str, float]:
    """Compute number, mean, median and 95th percentile of times in milliseconds."""
    median, p95 = np.percentile(times, (50, 95))
    return {
        'count': len(times),
        'mean_ms': float(np.mean(times)),
        'median_ms': float(median),
        'p95_ms': float(p95),
    }


def compare_tracks(path: str, other: str, within: float = 1.0) -> dict[str, Any]:
    """Compare the tracks of two MOT files of the same video.

    Args:
        path: A MOT file.
        other: Another MOT file.
        within: Pixels by which an edge of the same box may differ. An identity that is
            at another place is another track.

    Returns:
        ``rows`` and ``other_rows``, the numbers of rows; ``same``, the share of pairs
        (frame, identity) that are at the same place in both files, 1 where both files
        are empty; ``px``, the largest difference of an edge among these pairs.
    """
    first, second = (_boxes(read_mot(name)) for name in (path, other))
    either = first.keys() | second.keys()
    shared = first.keys() & second.keys()
    apart = [float(np.abs(first[key] - second[key]).max()) for key in shared]
    near = [distance for distance in apart if distance <= within]
    return {
        'rows': len(first),
        'other_rows': len(second),
        'same': len(near) / len(either) if either else 1.0,
        'px': max(near, default=0.0),
    }


def _boxes(rows: MOTRows) -> dict[tuple[int, int], np.ndarray]:
    """Find the edges of boxes by (frame, identity)."""
    keys = zip(rows.frames.tolist(), rows.ids.tolist(), strict=True)
    return dict(zip(keys, tlwh_to_xyxy(rows.tlwh), strict=True))
