"""The contract of a matching stage."""

from typing import Protocol, runtime_checkable

import numpy as np

from fairmot_mm.models.trackers.association import Pairs
from fairmot_mm.models.trackers.detections import Detections
from fairmot_mm.models.trackers.stage_input import StageInput
from fairmot_mm.models.trackers.track_table import TrackTable


@runtime_checkable
class Stage(Protocol):
    """One round of matching among the tracks and detections that are still unmatched.

    `JDETracker(stages=[...])` builds its stages from the registry `TASK_UTILS` and runs
    them in order. A stage says which pairs are possible and what they cost; the tracker
    then makes the pairs of least total cost. A stage keeps nothing from frame to frame.
    """

    @property
    def name(self) -> str:
        """Name of the stage in explanations."""

    @property
    def cost_thr(self) -> float:
        """Largest cost of a pair."""

    @property
    def score_thr(self) -> float | None:
        """Score that a detection must exceed to take part.

        None: only strong detections take part, those above the `obj_score_thr` of the
        tracker. A value must be below `obj_score_thr`; weak detections then take part,
        too.
        """

    def candidates(
        self, tracks: TrackTable, detections: Detections
    ) -> tuple[np.ndarray, np.ndarray]:
        """Choose the tracks and detections that take part if they are unmatched.

        Args:
            tracks: T tracks, moved to the frame.
            detections: D detections of the frame. The tracker leaves out those that do
                not exceed `score_thr`.

        Returns:
            Masks (T,) and (D,), bool.
        """

    def pairs(self, unmatched: StageInput) -> Pairs:
        """List the pairs that may be made.

        Args:
            unmatched: R tracks and C detections that take part.

        Returns:
            Pairs of positions in the R tracks and in the C detections with their cost.
            A pair that is not listed must have a cost above `cost_thr`.
        """

    def for_low_frame_rate(self, embed_thr: float) -> 'Stage':
        """Make the stage to use where much time passes between two frames.

        Two boxes that overlap are then no evidence that they show the same person, so a
        pair made by overlap must look alike, too. `LowFrameRate` says when.

        Args:
            embed_thr: Largest cosine distance of the embeddings of a pair.

        Returns:
            A new stage, or this one if it compares embeddings already.
        """
