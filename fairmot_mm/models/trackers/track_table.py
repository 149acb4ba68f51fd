"""The live tracks of one video as columns of a table."""

from dataclasses import dataclass, fields

import numpy as np


@dataclass
class TrackTable:
    """One row a live track, first those seen in the last frame, then the lost ones.

    Rows are removed with the track: nothing grows with the length of a video. The
    order of the rows is the order of the output.

    Attributes:
        ids: (T,) int64 identities, from 1.
        tracked: (T,) bool, a detection supported the track in the last frame; the
            others are lost.
        confirmed: (T,) bool, seen at least twice, or born in the first frame.
        barred: (T,) bool, lost for so long once that the next loss ends the track.
        start_frames: (T,) int64, frame of birth, counted from 1.
        last_frames: (T,) int64, frame of the last detection.
        scores: (T,) float32.
        labels: (T,) int64.
        embeds: (T, C) float32, smoothed, of unit length.
        mean: (T, ...) float64 motion state.
        cov: (T, ...) float64 uncertainty of the motion state.
    """

    ids: np.ndarray
    tracked: np.ndarray
    confirmed: np.ndarray
    barred: np.ndarray
    start_frames: np.ndarray
    last_frames: np.ndarray
    scores: np.ndarray
    labels: np.ndarray
    embeds: np.ndarray
    mean: np.ndarray
    cov: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def copy(self) -> 'TrackTable':
        """A table with arrays of its own."""
        return TrackTable(*(getattr(self, c.name).copy() for c in fields(self)))

    def take(self, rows: np.ndarray) -> 'TrackTable':
        """A new table with the rows of these indices, or of this mask, in order."""
        return TrackTable(
            *(getattr(self, column.name)[rows] for column in fields(self))
        )

    def append(self, other: 'TrackTable') -> 'TrackTable':
        """A table of these rows and, below, those of the other one."""
        if len(other) == 0:
            return self  # also where an empty frame has embeddings of no channels
        columns = ((getattr(t, c.name) for t in (self, other)) for c in fields(self))
        return TrackTable(*(np.concatenate(tuple(parts)) for parts in columns))
