"""Measuring variants side by side."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from fairmot_mm.benchmark.process import in_own_process
from fairmot_mm.benchmark.session import Job, Session
from fairmot_mm.utils import MOTRows, read_mot
from fairmot_mm.utils.boxes import tlwh_to_xyxy

Step = Callable[[str], object]


def measure_side_by_side(
    jobs: dict[str, Job],
    num_frames: int,
    warmup: int,
    rounds: int,
    on_step: Step = lambda text: None,
) -> dict[str, dict[str, Any]]:
    """Run several jobs on the same frames, in turn, each in a process of its own.

    In every second round they run in the opposite order, so that whatever else the
    machine does hits all alike.

    Args:
        jobs: By name. Their MOT files lie in different folders.
        num_frames: Frames of a run.
        warmup: Frames tracked before, not timed; a network is compiled in them.
        rounds: Timed runs of each.
        on_step: Called before each run with what it is.

    Returns:
        By name: ``frames``, ``seconds`` (of each run), ``warmup_seconds``, ``memory``,
        ``mot_file`` and what `Session.describe` gives.
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
            found[name]['memory'] = session.memory()
            found[name]['fps'] = frames_per_second(found[name])
        return found


def measure_in_full(
    job: Job,
    num_frames: int,
    warmup: int,
    rounds: int,
    on_step: Step = lambda text: None,
) -> dict[str, Any]:
    """Throughput, then stages, then latency of one job.

    Stages are measured in a run of their own: on a GPU the clock waits for it before
    and after each, which the run that is timed must not do.

    Args:
        job: What to measure.
        num_frames: See `measure_side_by_side`.
        warmup: Likewise.
        rounds: Likewise.
        on_step: Likewise.

    Returns:
        See `measure_side_by_side`; and ``stages`` (`summary` by stage) and ``latency``.
    """
    with ExitStack() as stack:
        on_step('starts')
        session = stack.enter_context(in_own_process(Session, job))
        warm = session.run(warmup)
        found = {**session.describe(), 'warmup_seconds': warm['seconds']}
        found['seconds'] = []
        for turn in range(rounds):
            on_step(f'run {turn + 1} of {rounds}')
            run = session.run(num_frames)
            found['seconds'].append(run.pop('seconds'))
            found.update(run)
        found['fps'] = frames_per_second(found)
        on_step('stages')
        found['stages'] = {
            stage: summary(times) for stage, times in session.stages(num_frames).items()
        }
        on_step('latency')
        # The first frames start the tracker and find the caches cold.
        latencies = session.latencies(num_frames)
        found['latency'] = summary(latencies[min(2, len(latencies) - 1) :])
        found['memory'] = session.memory()
        return found


def frames_per_second(found: dict[str, Any]) -> float:
    """Of the median run."""
    return found['frames'] / float(np.median(found['seconds']))


def summary(times: Sequence[float]) -> dict[str, float]:
    """Number, mean, median and 95th percentile of milliseconds."""
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
    """How far two MOT files are the same.

    Args:
        path: A MOT file.
        other: Another one of the same video.
        within: Pixels that an edge of the same box may differ by. The same identity at
            another place is another track.

    Returns:
        ``rows`` and ``other_rows``; ``same``, the share of (frame, identity) that are
        in both at the same place, 1 where both are empty; ``px``, the largest
        difference of an edge of those.
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
    """Edges of the boxes by frame and identity."""
    keys = zip(rows.frames.tolist(), rows.ids.tolist(), strict=True)
    return dict(zip(keys, tlwh_to_xyxy(rows.tlwh), strict=True))


def count_people(path: str | Path) -> float:
    """Tracks a frame in a MOT file, over the frames up to its last row."""
    frames = read_mot(path).frames
    return len(frames) / int(frames.max()) if len(frames) else 0.0
