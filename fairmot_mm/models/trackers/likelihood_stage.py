"""Matching by how much likelier a pair is one person than two."""

from collections.abc import Mapping
from dataclasses import dataclass
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
class LikelihoodStage:
    """Match tracks and detections by a log-likelihood ratio of motion and appearance.

    The cost of a pair is the negative logarithm of how much likelier its position and
    its embeddings are if the two are one person than if they are two, as the score of a
    track in multiple hypothesis tracking (Blackman, "Multiple hypothesis tracking for
    multiple target tracking", 2004; Kim et al., "Multiple hypothesis tracking
    revisited", ICCV 2015, section 4). It is the sum of three terms:

    - motion: half the squared Mahalanobis distance d^2, plus the logarithm of the area
      in which the person is expected, in areas of the box. A track whose place is known
      well is worth more than one whose place is uncertain, so tracks that were just
      seen come before tracks that have been lost for a while;
    - appearance: ``(cosine distance - embed_centre) / embed_scale``, below zero for
      embeddings that are more alike than two people usually are. The distance is the
      smallest one to the smoothed embedding and to the recent embeddings of the track
      (`recent_embeds` of `JDETracker`);
    - absence: ``lost_cost`` for every second for which the track has been lost.

    Pairs outside the gate of the motion model are not made. All terms are relative to
    sizes and times, so that one setting serves all resolutions and, with
    `LowFrameRate`, all frame rates.

    Args:
        name: Name of the stage in explanations.
        cost_thr: Largest cost of a pair, a logarithm of a probability ratio.
        motion_weight: Factor of d^2 / 2; above 1 it corrects for a motion model that is
            less certain than it could be.
        embed_centre: Cosine distance that speaks neither for one person nor for two, in
            [0, 2].
        embed_scale: Change of the cosine distance that changes the cost by 1.
        lost_cost: Cost of every second for which a track has been lost.
        max_lost: Longest time for which a track may have been lost, in seconds. None:
            lost tracks take part for as long as they live.
        unconfirmed: Whether unconfirmed tracks take part, too.
        score_thr: Score that a weak detection must exceed. None: strong detections take
            part, and no weak ones.

    Raises:
        ConfigError: A value is out of its range.
    """

    name: str = 'likelihood'
    cost_thr: float = 2.0
    motion_weight: float = 1.0
    embed_centre: float = 0.5
    embed_scale: float = 0.1
    lost_cost: float = 2.0
    max_lost: float | None = None
    unconfirmed: bool = True
    score_thr: float | None = None

    def __post_init__(self) -> None:
        require_range(low=0, motion_weight=self.motion_weight, lost_cost=self.lost_cost)
        require_range(low=0, high=2, embed_centre=self.embed_centre)
        require_range(above=0, embed_scale=self.embed_scale)
        if self.max_lost is not None:
            require_range(low=0, max_lost=self.max_lost)

    @classmethod
    def search_space(cls, cfg: Mapping[str, Any]) -> dict[str, Values]:
        """State the values to try, see `Tunable`."""
        space: dict[str, Values] = {
            'cost_thr': (-3.0, 6.0),
            'motion_weight': (0.5, 3.0),
            'embed_centre': (0.2, 0.7),
            'embed_scale': (0.03, 0.3),
            'lost_cost': (0.0, 4.0),
        }
        if cfg.get('max_lost') is not None:
            space['max_lost'] = (0.0, 1.0)
        if cfg.get('score_thr') is not None:
            space |= {'score_thr': (0.05, 0.5), 'unconfirmed': [False, True]}
        return space

    def candidates(
        self, tracks: TrackTable, detections: Detections
    ) -> tuple[np.ndarray, np.ndarray]:
        """Choose tracks, and strong or weak detections, see `Stage`."""
        takes_part = tracks.confirmed | self.unconfirmed
        if self.max_lost == 0:
            takes_part = takes_part & tracks.tracked
        return takes_part, detections.strong == (self.score_thr is None)

    def pairs(self, unmatched: StageInput) -> Pairs:
        """List the pairs inside the gate, see `Stage`."""
        near = unmatched.gated_pairs()
        seconds_lost = unmatched.seconds_lost
        if self.max_lost:
            near = near.keep(seconds_lost[near.rows] <= self.max_lost)
        of_track = unmatched.log_spread + self.lost_cost * seconds_lost
        of_track -= self.embed_centre / self.embed_scale
        cost = self.motion_weight / 2 * near.cost
        cost += of_track[near.rows]
        cost += unmatched.least_embed_distance(near) / self.embed_scale
        return Pairs(near.rows, near.cols, cost)

    def for_low_frame_rate(self, embed_thr: float) -> 'LikelihoodStage':
        """Keep the stage as it is: it weighs motion and appearance at every rate.

        Args:
            embed_thr: Not used, embeddings are in the cost already.

        Returns:
            This stage.
        """
        return self
