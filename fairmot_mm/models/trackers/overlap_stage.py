"""Matching by overlap of boxes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fairmot_mm.models.trackers.association import Pairs
from fairmot_mm.models.trackers.detections import Detections
from fairmot_mm.models.trackers.stage import StageInput
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils.tunable import Values


@TASK_UTILS.register_module()
@dataclass(frozen=True)
class OverlapStage:
    """Match tracks of the last frame, confirmed or unconfirmed ones, by overlap.

    The second and the third stage of FairMOT (Zhang et al., IJCV 2021, section 4.4).

    Args:
        name: Name of the stage in explanations.
        cost_thr: Largest cost of a pair: one minus the intersection over union of the
            predicted and the detected box.
        confirmed: True: confirmed tracks take part. False: unconfirmed tracks do.
        embed_thr: Largest cosine distance of the embeddings of a pair. None: the
            embeddings are not compared.
        score_thr: Score that a weak detection must exceed. None: strong detections take
            part, and no weak ones.
    """

    name: str = 'iou'
    cost_thr: float = 0.5
    confirmed: bool = True
    embed_thr: float | None = None
    score_thr: float | None = None

    @classmethod
    def search_space(cls, cfg: Mapping[str, Any]) -> dict[str, Values]:
        """State the values to try, see `Tunable`."""
        space: dict[str, Values] = {'cost_thr': (0.3, 0.95)}
        if cfg.get('embed_thr') is not None:
            space['embed_thr'] = (0.2, 0.8)
        if cfg.get('score_thr') is not None:
            space['score_thr'] = (0.05, 0.5)
        return space

    def candidates(
        self, tracks: TrackTable, detections: Detections
    ) -> tuple[np.ndarray, np.ndarray]:
        """Choose tracks that are not lost, and strong or weak detections."""
        takes_part = tracks.tracked & (tracks.confirmed == self.confirmed)
        return takes_part, detections.strong == (self.score_thr is None)

    def pairs(self, unmatched: StageInput) -> Pairs:
        """List the pairs that overlap, see `Stage`."""
        return unmatched.alike(unmatched.iou_pairs(self.cost_thr), self.embed_thr)

    def for_low_frame_rate(self, embed_thr: float) -> 'OverlapStage':
        """Ask that a pair also have similar embeddings.

        Args:
            embed_thr: Largest cosine distance of the embeddings of a pair.

        Returns:
            The stage with this ``embed_thr``, or with its own if that is smaller.
        """
        own = embed_thr if self.embed_thr is None else self.embed_thr
        return replace(self, embed_thr=min(own, embed_thr))
