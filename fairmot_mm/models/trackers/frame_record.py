"""What a tracker considered in a frame, so that its decisions can be explained."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from fairmot_mm.models.trackers.association import Pairs
from fairmot_mm.models.trackers.detections import Detections
from fairmot_mm.models.trackers.frame_info import FrameInfo
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


@dataclass
class FrameRecord:
    """The association of one frame. T tracks, D detections.

    Attributes:
        info: Number, rate and size of the frame.
        count: Number of the frame as the tracker counts, to compare with the
            ``last_frames`` of tracks.
        tracks: Live tracks, moved to the frame, before detections change them.
        detections: Detections that take part.
        stages: Stages in which there was something to match, in order.
        match: (T,) detection of each track, or -1.
        ids: (D,) identity that each detection continued or began, 0 for neither.
        begun: (D,) bool, the detection began a track.
    """

    info: FrameInfo
    count: int
    tracks: TrackTable
    detections: Detections
    stages: list[StageRecord] = field(default_factory=list)
    match: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    ids: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    begun: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))

    @property
    def frame(self) -> int:
        """Number of the frame in its video, from 1."""
        return self.info.frame_id + 1

    def finish(
        self,
        match: np.ndarray,
        updated: TrackTable,
        new: np.ndarray,
        new_tracks: TrackTable,
    ) -> 'FrameRecord':
        """Add the outcome of the frame.

        Args:
            match: See the attribute.
            updated: The T tracks after the frame.
            new: Indices of the detections that began a track.
            new_tracks: These tracks, in the same order.

        Returns:
            This record.
        """
        seen = match >= 0
        ids = np.zeros(len(self.detections), dtype=np.int64)
        ids[match[seen]] = updated.ids[seen]
        ids[new] = new_tracks.ids
        self.match, self.ids = match, ids
        self.begun = np.isin(np.arange(len(ids)), new)
        return self


Observer = Callable[[FrameRecord], object]
