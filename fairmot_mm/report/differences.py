"""What two runs did differently, frame by frame and person by person."""

from collections.abc import Sequence

import numpy as np

from fairmot_mm.evaluation import NOBODY, BoxOutcomes
from fairmot_mm.evaluation.track_runs import TrackRuns
from fairmot_mm.report.moments import (
    TRUTH_BGR,
    Moment,
    box_in,
    errors_by_frame,
    mark_of,
    spell_frames,
    track_mark,
)
from fairmot_mm.report.page import Table
from fairmot_mm.report.snapshots import Snapshot, surround
from fairmot_mm.utils.counted import counted

_BOTH_OR_NONE, _ONLY_FIRST, _ONLY_SECOND = range(3)


def more_errors(runs: Sequence[BoxOutcomes]) -> np.ndarray:
    """Count how many more errors the second run has in each frame.

    Args:
        runs: Two runs on one ground truth and the same frames.

    Returns:
        (F,) int64 errors of the second run minus those of the first.
    """
    first, second = (np.sum([*errors_by_frame(run).values()], axis=0) for run in runs)
    return second - first


def difference_table(runs: Sequence[BoxOutcomes], names: Sequence[str]) -> Table:
    """List the frames in which the errors of two runs differ.

    Args:
        runs: Two runs on one ground truth and the same frames.
        names: Their names.

    Returns:
        A row for each of these frames.
    """
    first, second = (errors_by_frame(run) for run in runs)
    both = np.stack([*first.values(), *second.values()], axis=1)
    half = both.shape[1] // 2
    differ = np.flatnonzero((both[:, :half] != both[:, half:]).any(axis=1))
    header = ['frame', *(f'{kind}, {name}' for name in names for kind in first)]
    frames = runs[0].frames
    rows = [
        [str(frames[place]), *map(str, both[place].tolist())]
        for place in differ.tolist()
    ]
    return Table(header, rows)


def longest_differences(
    runs: Sequence[BoxOutcomes], names: Sequence[str], limit: int
) -> list[Moment]:
    """Find the people whom only one of two runs follows, for the longest time.

    Args:
        runs: Two runs on one ground truth and the same frames.
        names: Their names.
        limit: Most moments.

    Returns:
        The moments, the longest first.
    """
    first = runs[0]
    found = [
        run.gt[run.tracks != NOBODY].find(first.gt.frames, first.gt.ids) >= 0
        for run in runs
    ]
    values = np.full(len(first.gt), _BOTH_OR_NONE)
    values[found[0] & ~found[1]] = _ONLY_FIRST
    values[~found[0] & found[1]] = _ONLY_SECOND
    apart = TrackRuns.find(first.gt.ids, first.places(first.gt.frames), values)
    apart = apart.select(apart.values != _BOTH_OR_NONE)
    order = np.argsort(-apart.lengths, kind='stable')[:limit]
    return [
        _moment(runs, names, apart.select(order), place) for place in range(len(order))
    ]


def _moment(
    runs: Sequence[BoxOutcomes], names: Sequence[str], apart: TrackRuns, place: int
) -> Moment:
    """A picture of each run in the middle of the time in which they differ."""
    frames = runs[0].frames
    person = int(apart.owners[place])
    first, last = (int(frames[run[place]]) for run in (apart.first, apart.last))
    middle = int(frames[(apart.first[place] + apart.last[place]) // 2])
    has, misses = names if apart.values[place] == _ONLY_FIRST else [*reversed(names)]
    box = box_in(runs[0].gt, middle, person)
    assert box is not None  # the person is in each frame of the run
    snapshots = []
    for run, name in zip(runs, names, strict=True):
        track = _track_of(run, middle, person)
        marks = (
            [mark_of(box, f'person {person}', TRUTH_BGR)]
            if track == NOBODY
            else track_mark(run.results, middle, track)
        )
        snapshot = Snapshot(middle, tuple(marks), surround(box))
        snapshots.append((snapshot, f'{name}, frame {middle}'))
    frames_text = counted(int(apart.lengths[place]), 'frame', 'frames')
    text = (
        f'In {spell_frames(first, last)} ({frames_text}), only {has} follows the '
        f'person. {misses} has no track there.'
    )
    title = f'Person {person}: only {has}, {spell_frames(first, last)}'
    return Moment(title, text, tuple(snapshots))


def _track_of(run: BoxOutcomes, frame: int, person: int) -> int:
    """The track that has a person in a frame, or `NOBODY`."""
    here = (run.gt.frames == frame) & (run.gt.ids == person)
    return int(run.tracks[here][0]) if here.any() else NOBODY
