"""Matching of weak detections, for people who are half hidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairmot_mm.models.trackers.overlap_stage import OverlapStage
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils.contracts import require_range
from fairmot_mm.utils.tunable import Values


@TASK_UTILS.register_module()
@dataclass(frozen=True)
class LowScoreAssociation(OverlapStage):
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
        cost_thr, confirmed, embed_thr: See `OverlapStage`.
        score_thr: Score that a weak detection must exceed.

    Raises:
        ConfigError: ``score_thr`` or ``cost_thr`` is not in [0, 1].
    """

    name: str = 'low_score'
    score_thr: float = 0.1

    def __post_init__(self) -> None:
        require_range(low=0, high=1, score_thr=self.score_thr, cost_thr=self.cost_thr)

    @classmethod
    def search_space(cls, cfg: Mapping[str, Any]) -> dict[str, Values]:
        """State the values to try, see `Tunable`."""
        return {**super().search_space(cfg), 'score_thr': (0.05, 0.5)}
