"""What became of each box of a sequence: matched, missed or false."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from fairmot_mm.evaluation.mot_protocols import (
    PROTOCOLS,
    FramePair,
    SequenceTracks,
)
from fairmot_mm.evaluation.mot_scores import accumulate_events, require_protocol
from fairmot_mm.evaluation.track_runs import TrackRuns
from fairmot_mm.utils import MOTRows
from fairmot_mm.utils.frame_numbering import Frames

NOBODY = -1


class Switch(NamedTuple):
    """A change of the identity that the results give to a person.

    Attributes:
        frame: First frame of the new identity, from 1.
        person: Identity in the ground truth.
        old: Identity in the results before the change.
        new: Identity in the results after the change.
        last_frame: Last frame in which the person had the old identity.
    """

    frame: int
    person: int
    old: int
    new: int
    last_frame: int


class Fragment(NamedTuple):
    """An interruption of the track of a person.

    Attributes:
        person: Identity in the ground truth.
        first_frame: First frame in which the person is missed.
        last_frame: Last one; the person has a track before and after.
    """

    person: int
    first_frame: int
    last_frame: int


@dataclass(frozen=True)
class BoxOutcomes:
    """The boxes of a sequence that count, and what each is matched with.

    Attributes:
        gt: G rows of the ground truth.
        tracks: (G,) int64 identity of the result that each is matched with, `NOBODY`
            where the person is missed.
        results: R rows of the results.
        people: (R,) int64 identity of the person that each is matched with, `NOBODY`
            where the result is a false positive.
        frames: Numbers of the F frames of the sequence, ascending.
    """

    gt: MOTRows
    tracks: np.ndarray
    results: MOTRows
    people: np.ndarray
    frames: Frames

    @cached_property
    def people_runs(self) -> TrackRuns:
        """Runs of frames in which a person is matched with one track, or missed."""
        places = self.places(self.gt.frames)
        return TrackRuns.find(self.gt.ids, places, self.tracks)

    @cached_property
    def track_runs(self) -> TrackRuns:
        """Runs of frames in which a track is matched with one person, or false."""
        places = self.places(self.results.frames)
        return TrackRuns.find(self.results.ids, places, self.people)

    def places(self, frames: np.ndarray) -> np.ndarray:
        """Find the places of frames in the sequence.

        Args:
            frames: (N,) numbers of frames.

        Returns:
            (N,) int64 places, from 0.
        """
        if isinstance(
            self.frames, range
        ):  # a range may be long, so it never becomes an array
            return np.asarray(frames - self.frames.start, np.int64)
        return np.searchsorted(self.frames, frames).astype(np.int64)

    @cached_property
    def switches(self) -> list[Switch]:
        """The identity switches that `evaluate_sequences` counts, by frame."""
        found = self.tracks != NOBODY
        frames, ids = self.gt.frames[found], self.gt.ids[found]
        tracks = self.tracks[found]
        order = np.lexsort((frames, ids))
        frames, ids, tracks = frames[order], ids[order], tracks[order]
        after = 1 + np.flatnonzero((ids[1:] == ids[:-1]) & (tracks[1:] != tracks[:-1]))
        columns = (
            frames[after],
            ids[after],
            tracks[after - 1],
            tracks[after],
            frames[after - 1],
        )
        return sorted(Switch(*row) for row in np.stack(columns, axis=1).tolist())

    @cached_property
    def fragments(self) -> list[Fragment]:
        """The fragmentations that `evaluate_sequences` counts, by frame."""
        order = np.lexsort((self.gt.frames, self.gt.ids))
        frames, ids = self.gt.frames[order], self.gt.ids[order]
        missed = self.tracks[order] == NOBODY
        # Places instead of frames: frames without the person interrupt nothing.
        runs = TrackRuns.find(ids, np.arange(len(ids)), missed.astype(np.int64))
        inner = np.zeros(len(runs.owners), bool)  # the person is found before and after
        inner[1:-1] = (runs.owners[:-2] == runs.owners[1:-1]) & (
            runs.owners[2:] == runs.owners[1:-1]
        )
        lost = runs.select(inner & (runs.values == 1))
        columns = lost.owners, frames[lost.first], frames[lost.last]
        fragments = (Fragment(*row) for row in np.stack(columns, axis=1).tolist())
        return sorted(fragments, key=lambda each: each[1:])


def find_outcomes(
    sequence: SequenceTracks, protocol: str = 'motchallenge'
) -> BoxOutcomes:
    """Match the boxes of a sequence as `evaluate_sequences` does.

    Args:
        sequence: Ground truth and results.
        protocol: See `evaluate_sequences`.

    Returns:
        The boxes that count.

    Raises:
        ConfigError: Unknown protocol.
        DataError: Rows that the protocol refuses.
    """
    require_protocol(protocol)
    return match_pairs(sequence, PROTOCOLS[protocol](sequence))


def match_pairs(sequence: SequenceTracks, pairs: Sequence[FramePair]) -> BoxOutcomes:
    """Match boxes that a protocol has chosen.

    Args:
        sequence: Ground truth and results.
        pairs: The boxes that count in each frame.

    Returns:
        The boxes that count.
    """
    from motmetrics import lap

    # Other solvers, if installed, decide ties differently.
    with lap.set_default_solver('lap'):
        events = accumulate_events(pairs).mot_events
    events = events[events['Type'].isin(['MATCH', 'SWITCH'])].reset_index()
    frames, matched, having = (
        events[name].to_numpy().astype(np.int64) for name in ('FrameId', 'OId', 'HId')
    )
    parts = []
    for rows, kept in (
        (sequence.gt, [pair.gt_ids for pair in pairs]),
        (sequence.results, [pair.result_ids for pair in pairs]),
    ):
        ids = np.concatenate([np.zeros(0, np.int64), *kept])
        numbers = np.array([pair.frame for pair in pairs], np.int64)
        counts = np.array([*map(len, kept)], np.int64)
        parts.append(rows[rows.find(np.repeat(numbers, counts), ids)])
    gt, results = parts
    tracks, people = (np.full(len(rows), NOBODY, np.int64) for rows in parts)
    tracks[gt.find(frames, matched)] = having
    people[results.find(frames, having)] = matched
    return BoxOutcomes(gt, tracks, results, people, _frames_of(sequence))


def _frames_of(sequence: SequenceTracks) -> Frames:
    """Numbers of the frames of a sequence, with or without a row."""
    if sequence.frames is not None:
        return sequence.frames
    first = sequence.first_frame
    if sequence.num_frames is not None:
        return range(first, first + sequence.num_frames)
    present = np.union1d(sequence.gt.frames, sequence.results.frames)
    low = int(present.min(initial=first))
    return range(low, int(present.max(initial=low - 1)) + 1)
