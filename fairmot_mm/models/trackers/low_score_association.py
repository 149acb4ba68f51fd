"""A second look at weak detections, for people who are half hidden."""

from typing import Any

import numpy as np

from fairmot_mm.models.trackers.association import Pairs
from fairmot_mm.models.trackers.detections import Detections
from fairmot_mm.models.trackers.stages import OverlapStage
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import ConfigError


@TASK_UTILS.register_module()
class LowScoreAssociation:
    """Continue tracks by detections too weak to start one.

    As in ByteTrack (Zhang et al., ECCV 2022, section 3): tracks of the last frame that
    no strong detection continued are matched by overlap to the weak ones. What is left
    of these is dropped. A weak detection moves its track, but does not enter its
    smoothed embedding: it is weak because something covers the person, and shows that.

    It helps where people are half hidden and the detector still sees them at a low
    score. Where weak detections are mostly ghosts, tracks that should have been lost
    drift on with them.

    Args:
        motion: Motion model of the tracker.
        iou_plus_one: See `JDETracker`.
        score_thr: Score that a weak detection must exceed.
        cost_thr: Largest 1 - IoU of a pair.

    Raises:
        ConfigError: A threshold is not in [0, 1].
    """

    name = 'low_score'

    def __init__(
        self,
        motion: Any,
        iou_plus_one: bool = True,
        score_thr: float = 0.1,
        cost_thr: float = 0.5,
    ) -> None:
        for key, value in (('score_thr', score_thr), ('cost_thr', cost_thr)):
            if not 0 <= value <= 1:
                raise ConfigError(f'{key}={value} of low_score must be in [0, 1]')
        self.score_thr = score_thr
        self.cost_thr = cost_thr
        self._overlap = OverlapStage(
            motion, cost_thr, True, iou_plus_one, name=self.name
        )

    def candidates(
        self, tracks: TrackTable, detections: Detections
    ) -> tuple[np.ndarray, np.ndarray]:
        """Confirmed tracks that are not lost, and weak detections."""
        return tracks.tracked & tracks.confirmed, ~detections.strong

    def pairs(
        self,
        tracks: TrackTable,
        detections: Detections,
        rows: np.ndarray,
        cols: np.ndarray,
    ) -> Pairs:
        """Pairs that overlap, see `Stage`."""
        return self._overlap.pairs(tracks, detections, rows, cols)
