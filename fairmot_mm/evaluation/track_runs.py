"""Runs of consecutive frames in which something stays as it is."""

from typing import NamedTuple

import numpy as np


class TrackRuns(NamedTuple):
    """K runs of consecutive frames, by owner and frame.

    Attributes:
        owners: (K,) int64 identity that a run belongs to.
        first: (K,) int64 place of the first frame of a run.
        last: (K,) int64 place of the last frame of a run.
        values: (K,) int64 what stays the same in a run.
    """

    owners: np.ndarray
    first: np.ndarray
    last: np.ndarray
    values: np.ndarray

    @classmethod
    def find(
        cls, owners: np.ndarray, places: np.ndarray, values: np.ndarray
    ) -> 'TrackRuns':
        """Join rows of one owner in consecutive frames that have one value.

        Args:
            owners: (N,) int64 identities; an owner has one row in a frame.
            places: (N,) int64 place of the frame of each row.
            values: (N,) int64 what may change from row to row.

        Returns:
            The runs.
        """
        order = np.lexsort((places, owners))
        owners, places, values = owners[order], places[order], values[order]
        starts = np.ones(len(owners), bool)
        starts[1:] = (
            (np.diff(owners) != 0) | (np.diff(places) != 1) | (np.diff(values) != 0)
        )
        first = np.flatnonzero(starts)
        last = np.append(first[1:], len(owners)) - 1 if len(first) else first
        return cls(owners[first], places[first], places[last], values[first])

    @property
    def lengths(self) -> np.ndarray:
        """(K,) int64 number of frames of each run."""
        return self.last - self.first + 1

    def select(self, chosen: np.ndarray) -> 'TrackRuns':
        """Take some of the runs.

        Args:
            chosen: (K,) boolean mask, or places.

        Returns:
            The runs.
        """
        return TrackRuns(*(column[chosen] for column in self._asdict().values()))

    def gaps(self) -> 'TrackRuns':
        """Find the frames between two runs of one owner.

        Returns:
            A run for each gap; its value is the number of frames that are missing.
        """
        before = np.flatnonzero(self.owners[1:] == self.owners[:-1])
        first, last = self.last[before] + 1, self.first[before + 1] - 1
        gaps = TrackRuns(self.owners[before], first, last, last - first + 1)
        return gaps.select(gaps.values > 0)
