"""Moments that look wrong in tracks without ground truth: gaps and jumps."""

import numpy as np

from fairmot_mm.evaluation.track_runs import TrackRuns
from fairmot_mm.report.moments import (
    Moment,
    box_in,
    spell_frames,
    track_mark,
)
from fairmot_mm.report.snapshots import Snapshot, surround
from fairmot_mm.utils import MOTRows
from fairmot_mm.utils.counted import counted

_JUMP = 0.5  # heights of the box between two frames


def longest_gaps(rows: MOTRows, frames: np.ndarray, limit: int) -> list[Moment]:
    """Find the longest times in which tracks have no box.

    Args:
        rows: The tracks.
        frames: (F,) numbers of the frames, ascending.
        limit: Most moments.

    Returns:
        The moments, the longest first.
    """
    places = np.searchsorted(frames, rows.frames).astype(np.int64)
    gaps = TrackRuns.find(rows.ids, places, np.zeros(len(rows), np.int64)).gaps()
    order = np.argsort(-gaps.values, kind='stable')[:limit]
    moments = []
    for place in order.tolist():
        track, first, last = (
            int(column[place]) for column in (gaps.owners, gaps.first, gaps.last)
        )
        before, after = int(frames[first - 1]), int(frames[last + 1])
        missing = spell_frames(int(frames[first]), int(frames[last]))
        count = counted(last - first + 1, 'frame', 'frames')
        moments.append(
            _pair(
                rows,
                track,
                (before, after),
                f'Track {track} is lost for {count}',
                f'The track has no box in {missing}.',
            )
        )
    return moments


def widest_jumps(rows: MOTRows, frames: np.ndarray, limit: int) -> list[Moment]:
    """Find the frames in which boxes move farthest from one frame to the next.

    Args:
        rows: The tracks.
        frames: (F,) numbers of the frames, ascending.
        limit: Most moments.

    Returns:
        The moments in which a centre moves by more than half of the box's height, the
        farthest first.
    """
    places = np.searchsorted(frames, rows.frames)
    order = np.lexsort((places, rows.ids))
    ids, places, tlwh = rows.ids[order], places[order], rows.tlwh[order]
    centres = tlwh[:, :2] + tlwh[:, 2:] / 2
    steps = np.linalg.norm(np.diff(centres, axis=0), axis=1)
    jumps = steps / np.maximum(tlwh[1:, 3], 1)
    follows = (np.diff(ids) == 0) & (np.diff(places) == 1)
    jumps = np.where(follows, jumps, 0)
    chosen = np.argsort(-jumps, kind='stable')[:limit]
    return [
        _pair(
            rows,
            int(ids[place]),
            (int(frames[places[place]]), int(frames[places[place + 1]])),
            f'Track {ids[place]} jumps in frame {frames[places[place + 1]]}',
            f'Its centre moves by {steps[place]:.0f} pixels, {jumps[place]:.1f} times '
            'the height of its box.',
        )
        for place in chosen[jumps[chosen] > _JUMP].tolist()
    ]


def _pair(
    rows: MOTRows, track: int, frames: tuple[int, int], title: str, text: str
) -> Moment:
    """A moment with the box of a track in two frames."""
    boxes = [box for frame in frames if (box := box_in(rows, frame, track)) is not None]
    snapshots = tuple(
        (
            Snapshot(frame, tuple(track_mark(rows, frame, track)), surround(*boxes)),
            f'frame {frame}',
        )
        for frame in frames
    )
    return Moment(title, text, snapshots)
