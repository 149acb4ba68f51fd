"""Measuring one or several ways of running a network."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from fairmot_mm.benchmark.process import in_own_process
from fairmot_mm.benchmark.session import Job, Session
from fairmot_mm.utils import MOTRows, read_mot
from fairmot_mm.utils.boxes import tlwh_to_xyxy


def measure_in_turn(
    jobs: dict[str, Job],
    num_frames: int,
    warmup: int,
    rounds: int,
    on_step: Callable[[str], object] = lambda text: None,
    in_full: bool = False,
) -> dict[str, dict[str, Any]]:
    """Run several jobs on the same frames in turn, each in a process of its own.

    Every second round runs them in the opposite order, so that other load of the
    machine affects all of them alike.

    Args:
        jobs: Jobs by name. Their MOT files must lie in different folders.
        num_frames: Number of frames of a run.
        warmup: Number of frames that are tracked before and not timed; a network is
            compiled during them.
        rounds: Number of timed runs of each job.
        on_step: Called before each run with a description of it.
        in_full: Also measure pipeline steps and latency, in runs of their own: on a
            GPU the clock waits for the device before and after each step, which would
            slow down the timed runs.

    Returns:
        For each name ``frames``, ``seconds`` (of each run), ``fps``,
        ``warmup_seconds``, ``memory``, ``mot_file`` and what `Session.describe` gives;
        in full also ``steps`` (`summarize` for each step) and ``latency``.
    """
    with ExitStack() as stack:
        sessions, found = {}, {}
        for name, job in jobs.items():
            on_step(f'{name}: starts')
            session = sessions[name] = stack.enter_context(in_own_process(Session, job))
            warm = session.run(warmup)
            found[name] = {
                **session.describe(),
                'warmup_seconds': warm['seconds'],
                'seconds': [],
            }
        for turn in range(rounds):
            for name in list(jobs)[:: -1 if turn % 2 else 1]:
                on_step(f'{name}: run {turn + 1} of {rounds}')
                run = sessions[name].run(num_frames)
                found[name]['seconds'].append(run.pop('seconds'))
                found[name].update(run)
        for name, session in sessions.items():
            if in_full:
                on_step(f'{name}: pipeline steps and latency')
                found[name].update(_steps_and_latency(session, num_frames))
            found[name]['memory'] = session.memory()
            found[name]['fps'] = frames_per_second(found[name])
        return found


def _steps_and_latency(session: Session, num_frames: int) -> dict[str, Any]:
    steps = session.stages(num_frames)
    # The first frames start the tracker and find the caches cold.
    latencies = session.latencies(num_frames)
    return {
        'steps': {step: summarize(times) for step, times in steps.items()},
        'latency': summarize(latencies[min(2, len(latencies) - 1) :]),
    }


def frames_per_second(found: dict[str, Any]) -> float:
    """Compute the speed of the median run from ``frames`` and ``seconds``."""
    return found['frames'] / float(np.median(found['seconds']))


def summarize(times: Sequence[float] | np.ndarray) -> dict[str, float]:
    """Compute number, mean, median and 95th percentile of times in milliseconds."""
    median, p95 = np.percentile(times, (50, 95))
    return {
        'count': len(times),
        'mean_ms': float(np.mean(times)),
        'median_ms': float(median),
        'p95_ms': float(p95),
    }


def compare_tracks(
    path: str | Path, other: str | Path, within: float = 1.0
) -> dict[str, Any]:
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
