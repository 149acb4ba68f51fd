"""The stages of an association: who may be matched to what, and at which cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from fairmot_mm.models.trackers import association
from fairmot_mm.models.trackers.association import Pairs
from fairmot_mm.models.trackers.detections import Detections
from fairmot_mm.models.trackers.frame_record import FrameRecord, StageRecord
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import ConfigError


class Stage(Protocol):
    """One round of matching among what no earlier one matched."""

    @property
    def name(self) -> str:
        """Name of the stage, for explanations."""

    @property
    def cost_thr(self) -> float:
        """Largest cost of a pair."""

    def candidates(
        self, tracks: TrackTable, detections: Detections
    ) -> tuple[np.ndarray, np.ndarray]:
        """Masks (T,) of the tracks and (D,) of the detections that take part."""

    def pairs(
        self,
        tracks: TrackTable,
        detections: Detections,
        rows: np.ndarray,
        cols: np.ndarray,
    ) -> Pairs:
        """Pairs that may be made, and their cost.

        Args:
            tracks: Moved to the frame.
            detections: Of the frame.
            rows: Tracks that take part and are not matched yet, ascending.
            cols: Detections, likewise.

        Returns:
            Pairs of positions in ``rows`` and in ``cols``. A cost that is not listed is
            above `cost_thr`.
        """


@dataclass(frozen=True)
class AppearanceStage:
    """Confirmed tracks, also lost ones, by embedding and a little motion.

    The cost is the cosine distance blended with the squared Mahalanobis distance; pairs
    outside the gate of the motion model are not made.

    Attributes:
        motion: Motion model.
        cost_thr: Largest cost of a pair.
        motion_weight: Share of the motion in the cost.
        name: Name of the stage.
        unconfirmed: Unconfirmed tracks take part, too.
    """

    motion: Any
    cost_thr: float
    motion_weight: float
    name: str = 'embeds'
    unconfirmed: bool = False

    def candidates(
        self, tracks: TrackTable, detections: Detections
    ) -> tuple[np.ndarray, np.ndarray]:
        """Confirmed tracks, and detections that may start a track."""
        return tracks.confirmed | self.unconfirmed, detections.strong

    def pairs(
        self,
        tracks: TrackTable,
        detections: Detections,
        rows: np.ndarray,
        cols: np.ndarray,
    ) -> Pairs:
        """Pairs inside the gate, see `Stage`."""
        near_rows, near_cols, distance = self.motion.gated_pairs(
            tracks.mean[rows],
            tracks.cov[rows],
            self.motion.to_measurement(detections.tlwh[cols]),
        )
        looks = association.cosine_distance(
            tracks.embeds[rows], detections.embeds[cols], near_rows, near_cols
        )
        share = self.motion_weight
        return Pairs(near_rows, near_cols, (1 - share) * looks + share * distance)


@dataclass(frozen=True)
class OverlapStage:
    """Tracks of the last frame by overlap: confirmed ones, or unconfirmed ones.

    Attributes:
        motion: Motion model.
        cost_thr: Largest 1 - IoU of a pair.
        confirmed: Which tracks take part.
        iou_plus_one: See `association.iou_pairs`.
        name: Name of the stage.
        embed_thr: Largest cosine distance of a pair; None: looks play no part.
    """

    motion: Any
    cost_thr: float
    confirmed: bool
    iou_plus_one: bool
    name: str
    embed_thr: float | None = None

    def candidates(
        self, tracks: TrackTable, detections: Detections
    ) -> tuple[np.ndarray, np.ndarray]:
        """Tracks that are not lost, and detections that may start a track."""
        takes_part = tracks.tracked & (tracks.confirmed == self.confirmed)
        return takes_part, detections.strong

    def pairs(
        self,
        tracks: TrackTable,
        detections: Detections,
        rows: np.ndarray,
        cols: np.ndarray,
    ) -> Pairs:
        """Pairs that overlap, see `Stage`."""
        pairs = association.iou_pairs(
            self.motion.to_tlwh(tracks.mean[rows]),
            detections.tlwh[cols],
            self.iou_plus_one,
            self.cost_thr,
        )
        if self.embed_thr is None:
            return pairs
        looks = association.cosine_distance(
            tracks.embeds[rows], detections.embeds[cols], pairs.rows, pairs.cols
        )
        return pairs.keep(looks <= self.embed_thr)


def build_stages(
    motion: Any,
    cost_thrs: Mapping[str, float],
    motion_weight: float,
    iou_plus_one: bool,
    low_score: dict[str, Any] | None,
    strong_thr: float,
) -> tuple[list[Stage], float]:
    """The published stages and, if there is a config of one, that of weak detections.

    Args:
        motion: Motion model.
        cost_thrs: Largest costs by the name of the stage.
        motion_weight: Share of the motion in the cost of looks.
        iou_plus_one: See `association.iou_pairs`.
        low_score: Config of the stage of weak detections.
        strong_thr: Score that a strong detection must exceed.

    Returns:
        The stages in order, and the score that any detection must exceed.

    Raises:
        ConfigError: The stage of weak detections wants strong ones.
    """
    stages: list[Stage] = [
        AppearanceStage(motion, cost_thrs['embeds'], motion_weight),
        OverlapStage(motion, cost_thrs['iou'], True, iou_plus_one, 'iou'),
        OverlapStage(
            motion, cost_thrs['unconfirmed'], False, iou_plus_one, 'unconfirmed'
        ),
    ]
    if low_score is None:
        return stages, strong_thr
    stage = TASK_UTILS.build(
        {**low_score, 'motion': motion, 'iou_plus_one': iou_plus_one}
    )
    if not stage.score_thr < strong_thr:
        raise ConfigError(
            f'score_thr={stage.score_thr} of low_score must be below '
            f'obj_score_thr={strong_thr}'
        )
    return [*stages, stage], stage.score_thr


def by_looks(stages: Sequence[Stage], embed_thr: float) -> list[Stage]:
    """The stages for frames that much happens between, see `LowFrameRate`.

    Args:
        stages: For frames that follow closely.
        embed_thr: Largest cosine distance of a pair that overlaps.
    """
    changed: list[Stage] = []
    for stage in stages:
        if isinstance(stage, AppearanceStage):
            changed.append(replace(stage, unconfirmed=True))
        elif isinstance(stage, OverlapStage):
            changed.append(replace(stage, embed_thr=embed_thr))
        else:
            changed.append(stage)
    return changed


def match_in_stages(
    stages: Sequence[Stage],
    tracks: TrackTable,
    detections: Detections,
    classes_apart: bool,
    record: FrameRecord | None = None,
) -> np.ndarray:
    """Let the stages match, one after the other, what is left.

    Args:
        stages: In order.
        tracks: T tracks, moved to the frame.
        detections: D detections of the frame.
        classes_apart: Make no pair of two labels.
        record: Gets what every stage considered.

    Returns:
        Index (T,) of the detection that continues each track, or -1.
    """
    match = np.full(len(tracks), -1)
    for stage in stages:
        of_tracks, of_detections = stage.candidates(tracks, detections)
        free = association.unmatched(match, len(detections))
        rows = np.flatnonzero(of_tracks & (match < 0))
        cols = np.flatnonzero(of_detections & free)
        if not (len(rows) and len(cols)):
            continue
        pairs = stage.pairs(tracks, detections, rows, cols)
        if classes_apart:
            labels = tracks.labels[rows[pairs.rows]]
            pairs = pairs.keep(labels == detections.labels[cols[pairs.cols]])
        if record is not None:
            record.stages.append(
                StageRecord(stage.name, stage.cost_thr, rows, cols, pairs)
            )
        paired_rows, paired_cols = association.assign(
            pairs, (len(rows), len(cols)), stage.cost_thr
        )
        match[rows[paired_rows]] = cols[paired_cols]
    return match
