"""Matching by appearance inside the gate of the motion model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fairmot_mm.models.trackers.association import Pairs
from fairmot_mm.models.trackers.detections import Detections
from fairmot_mm.models.trackers.stage import StageInput
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils.contracts import require_range
from fairmot_mm.utils.tunable import Values


@TASK_UTILS.register_module()
@dataclass(frozen=True)
class AppearanceStage:
    """Match confirmed tracks, also lost ones, by embedding and a little motion.

    Pairs outside the gate of the motion model are not made. The first stage of FairMOT
    (Zhang et al., IJCV 2021, section 4.4).

    Args:
        name: Name of the stage in explanations.
        cost_thr: Largest cost of a pair: ``(1 - motion_weight)`` times the cosine
            distance of the embeddings plus ``motion_weight`` times the squared
            Mahalanobis distance.
        motion_weight: Share of the motion in the cost, in [0, 1].
        unconfirmed: Whether unconfirmed tracks take part, too.

    Raises:
        ConfigError: ``motion_weight`` is not in [0, 1].
    """

    name: str = 'embeds'
    cost_thr: float = 0.4
    motion_weight: float = 0.02
    unconfirmed: bool = False
    score_thr = None  # the stage uses only strong detections

    def __post_init__(self) -> None:
        require_range(low=0, high=1, motion_weight=self.motion_weight)

    @classmethod
    def search_space(cls, cfg: Mapping[str, Any]) -> dict[str, Values]:
        """State the values to try, see `Tunable`."""
        return {'cost_thr': (0.2, 0.7), 'motion_weight': (0.0, 0.1)}

    def candidates(
        self, tracks: TrackTable, detections: Detections
    ) -> tuple[np.ndarray, np.ndarray]:
        """Choose confirmed tracks and strong detections, see `Stage`."""
        return tracks.confirmed | self.unconfirmed, detections.strong

    def pairs(self, unmatched: StageInput) -> Pairs:
        """List the pairs inside the gate, see `Stage`."""
        near = unmatched.gated_pairs()
        share = self.motion_weight
        cost = (1 - share) * unmatched.embed_distance(near) + share * near.cost
        return Pairs(near.rows, near.cols, cost)

    def for_low_frame_rate(self, embed_thr: float) -> 'AppearanceStage':
        """Let unconfirmed tracks take part: they seldom overlap with their person.

        Args:
            embed_thr: Not used, embeddings are in the cost already.

        Returns:
            The stage with ``unconfirmed=True``.
        """
        return replace(self, unconfirmed=True)
