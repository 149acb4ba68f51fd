"""Matching of weak detections, for people who are half hidden."""

from dataclasses import dataclass, replace

import numpy as np

from fairmot_mm.models.trackers.association import Pairs
from fairmot_mm.models.trackers.detections import Detections
from fairmot_mm.models.trackers.stage_input import StageInput
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import ConfigError


@TASK_UTILS.register_module()
@dataclass(frozen=True)
class LowScoreAssociation:
    """Continue tracks by detections that are too weak to begin one.

    The second association of ByteTrack (Zhang et al., ECCV 2022, section 3): tracks of
    the last frame that no strong detection continued are matched by overlap to the weak
    detections. Weak detections that stay unmatched are dropped. A weak detection moves
    its track, but does not enter the smoothed embedding of the track: it is weak
    because something covers the person, and its embedding describes that, too.

    The stage helps where people are half hidden and the detector still sees them at a
    low score. Where most weak detections are false, it keeps tracks alive that should
    have been lost.

    Args:
        name: Name of the stage in explanations.
        score_thr: Score that a weak detection must exceed.
        cost_thr: Largest cost of a pair: one minus the intersection over union of the
            predicted and the detected box.
        embed_thr: Largest cosine distance of the embeddings of a pair. None: the
            embeddings are not compared.

    Raises:
        ConfigError: A threshold is not in [0, 1].
    """

    name: str = 'low_score'
    score_thr: float = 0.1
    cost_thr: float = 0.5
    embed_thr: float | None = None

    def __post_init__(self) -> None:
        for key in ('score_thr', 'cost_thr'):
            value = getattr(self, key)
            if not 0 <= value <= 1:
                raise ConfigError(f'{key}={value} of {self.name} must be in [0, 1]')

    def candidates(
        self, tracks: TrackTable, detections: Detections
    ) -> tuple[np.ndarray, np.ndarray]:
        """Choose confirmed tracks that are not lost and weak detections."""
        return tracks.tracked & tracks.confirmed, ~detections.strong

    def pairs(self, unmatched: StageInput) -> Pairs:
        """List the pairs that overlap, see `Stage`."""
        return unmatched.alike(unmatched.iou_pairs(self.cost_thr), self.embed_thr)

    def for_low_frame_rate(self, embed_thr: float) -> 'LowScoreAssociation':
        """Ask that a pair also look alike, see `OverlapStage.for_low_frame_rate`."""
        own = embed_thr if self.embed_thr is None else self.embed_thr
        return replace(self, embed_thr=min(own, embed_thr))
