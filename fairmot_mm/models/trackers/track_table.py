"""The live tracks of one video as columns of a table."""

from dataclasses import dataclass, fields

import numpy as np


@dataclass
class TrackTable:
    """One row for each live track: first the tracked ones, then the lost ones.

    A track that ends is removed, so the table does not grow with the length of a video.
    The order of the rows is the order of the output.

    Attributes:
        ids: (T,) int64 identities, from 1.
        tracked: (T,) bool, a detection supported the track in the last frame; the
            others are lost.
        confirmed: (T,) bool, seen often enough to be output (`TrackBirth`), or begun
            in the first frame.
        ends_when_lost: (T,) bool, the track was found again after it had expired, so
            it ends as soon as it is lost again (``bar_refound`` of `JDETracker`).
        start_frames: (T,) int64, frame in which the track began, counted from 1.
        last_frames: (T,) int64, frame of the last detection.
        scores: (T,) float32.
        labels: (T,) int64.
        num_matches: (T,) int64, detections of the track, the first one included.
        score_sums: (T,) float64, sum of their scores.
        embeds: (T, C) float32, smoothed, of unit length.
        recent_embeds: (T, R, C) float32 of unit length, those of the last R strong
            detections, the newest first. R is `recent_embeds` of `JDETracker`.
        mean: (T, ...) float64 motion state.
        cov: (T, ...) float64 uncertainty of the motion state.
    """

    ids: np.ndarray
    tracked: np.ndarray
    confirmed: np.ndarray
    ends_when_lost: np.ndarray
    start_frames: np.ndarray
    last_frames: np.ndarray
    scores: np.ndarray
    labels: np.ndarray
    num_matches: np.ndarray
    score_sums: np.ndarray
    embeds: np.ndarray
    recent_embeds: np.ndarray
    mean: np.ndarray
    cov: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def copy(self) -> 'TrackTable':
        """Copy all columns.

        Returns:
            A table that shares no array with this one.
        """
        return TrackTable(*(getattr(self, c.name).copy() for c in fields(self)))

    def take(self, rows: np.ndarray | slice) -> 'TrackTable':
        """Choose rows.

        Args:
            rows: Indices (R,), a mask (T,), or a slice.

        Returns:
            A new table with these rows, in this order.
        """
        return TrackTable(
            *(getattr(self, column.name)[rows] for column in fields(self))
        )

    def append(self, other: 'TrackTable') -> 'TrackTable':
        """Add the rows of another table at the end.

        Args:
            other: A table.

        Returns:
            A new table, or this one if the other one is empty.
        """
        if len(other) == 0:
            return self  # also where an empty frame has embeddings of no channels
        columns = ((getattr(t, c.name) for t in (self, other)) for c in fields(self))
        return TrackTable(*(np.concatenate(tuple(parts)) for parts in columns))
