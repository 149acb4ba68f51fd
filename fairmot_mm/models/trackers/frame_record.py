"""What a tracker considered in a frame, so that its decisions can be explained."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fairmot_mm.models.trackers.association import Pairs
from fairmot_mm.models.trackers.detections import Detections
from fairmot_mm.models.trackers.track_table import TrackTable


class StageRecord(NamedTuple):
    """One stage of the association of a frame.

    Attributes:
        name: Name of the stage.
        cost_thr: Largest cost of a pair.
        rows: (R,) tracks that took part, as rows of the table.
        cols: (C,) detections that took part.
        pairs: Pairs that may be made: positions in ``rows`` and ``cols``, and costs.
    """

    name: str
    cost_thr: float
    rows: np.ndarray
    cols: np.ndarray
    pairs: Pairs

    def cost(self, row: int, col: int) -> float | None:
        """Look up the cost of a pair.

        Args:
            row: Track, as row of the table.
            col: Detection.

        Returns:
            The cost; None where the stage did not list the pair.
        """
        own = (self.rows[self.pairs.rows] == row) & (self.cols[self.pairs.cols] == col)
        return float(self.pairs.cost[own][0]) if own.any() else None


@dataclass(frozen=True)
class FrameRecord:
    """The association of one frame. T tracks, D detections, K new tracks.

    Attributes:
        frame: Number of the frame in its video, from 1.
        count: Number of the frame as the tracker counts, to compare with the
            ``last_frames`` of tracks.
        tracks: Live tracks, moved to the frame, before detections change them.
        detections: Detections that take part.
        stages: Stages in which there was something to match, in order.
        match: (T,) detection of each track, or -1.
        begun: (D,) bool, the detection began a track.
        track_ids: (T,) identities of the tracks after the frame.
        new_ids: (K,) identities of the tracks that began, in the order of detections.
    """

    frame: int
    count: int
    tracks: TrackTable
    detections: Detections
    stages: list[StageRecord]
    match: np.ndarray
    begun: np.ndarray
    track_ids: np.ndarray
    new_ids: np.ndarray

    @property
    def ids(self) -> np.ndarray:
        """(D,) identity that each detection continued or began, 0 for neither."""
        ids = np.zeros(len(self.detections), dtype=np.int64)
        seen = self.match >= 0
        ids[self.match[seen]] = self.track_ids[seen]
        ids[self.begun] = self.new_ids
        return ids


Observer = Callable[[FrameRecord], object]
