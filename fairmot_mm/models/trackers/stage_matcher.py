"""Matching of tracks and detections, one stage after the other."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fairmot_mm.models.trackers import association
from fairmot_mm.models.trackers.appearance_stage import AppearanceStage
from fairmot_mm.models.trackers.detections import Detections
from fairmot_mm.models.trackers.frame_record import StageRecord
from fairmot_mm.models.trackers.motion_model import MotionModel
from fairmot_mm.models.trackers.overlap_stage import OverlapStage
from fairmot_mm.models.trackers.stage import Stage, StageInput
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.contracts import require_contract

# Largest cost of a pair in each published stage, and of a tracked and a lost track that
# are one person.
COST_THRS = {'embeds': 0.4, 'iou': 0.5, 'unconfirmed': 0.7, 'duplicate': 0.15}
MOTION_WEIGHT = 0.02


def build_stages(
    configs: Sequence[dict[str, Any]] | None,
    cost_thrs: Mapping[str, float],
    motion_weight: float,
    low_score: dict[str, Any] | None,
) -> list[Stage]:
    """Build the stages that the arguments of a `JDETracker` describe.

    Args:
        configs: Configs of the user's stages in TASK_UTILS; None: the three published
            stages, and ``low_score`` after them.
        cost_thrs: Largest costs that differ from `COST_THRS`.
        motion_weight: See `AppearanceStage`.
        low_score: Config of the last stage, or None.

    Returns:
        The stages in order.

    Raises:
        ConfigError: ``configs`` is empty, or another argument would have no effect
            together with it.
    """
    if configs is None:
        thrs = {**COST_THRS, **cost_thrs}
        return [
            AppearanceStage(cost_thr=thrs['embeds'], motion_weight=motion_weight),
            OverlapStage(cost_thr=thrs['iou']),
            OverlapStage('unconfirmed', thrs['unconfirmed'], confirmed=False),
            *([TASK_UTILS.build(low_score)] if low_score else []),
        ]
    if not configs:
        raise ConfigError('stages=[] would match nothing: name a stage, or set None')
    unused = [f'cost_thrs.{name}' for name in cost_thrs if name != 'duplicate']
    unused += ['motion_weight'] if motion_weight != MOTION_WEIGHT else []
    unused += ['low_score'] if low_score else []
    if unused:
        raise ConfigError(
            f'{", ".join(unused)} would have no effect with `stages`: set `cost_thr` '
            'and `motion_weight` in the configs of the stages, and name '
            'LowScoreAssociation among them'
        )
    return [TASK_UTILS.build(config) for config in configs]


class StageMatcher:
    """Lets each stage match what the earlier ones left unmatched.

    Args:
        stages: The stages in order, see `build_stages`.
        obj_score_thr: Score that a strong detection must exceed.
        motion: Motion model of the tracker.
        iou_plus_one: Whether boxes include their last pixel, see
            `association.iou_pairs`.
        classes_apart: Whether a pair of two labels is never made.

    Attributes:
        score_thr: Score that a detection must exceed to take part in any stage.

    Raises:
        ConfigError: A class is no `Stage`, or its ``score_thr`` is not below
            ``obj_score_thr``.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        obj_score_thr: float,
        motion: MotionModel,
        iou_plus_one: bool,
        classes_apart: bool,
    ) -> None:
        self.stages = stages
        self.score_thr = obj_score_thr
        for stage in stages:
            require_contract(stage, Stage, 'stages')
            if stage.score_thr is None:
                continue
            if not stage.score_thr < obj_score_thr:
                raise ConfigError(
                    f'score_thr={stage.score_thr} of {stage.name} must be below '
                    f'obj_score_thr={obj_score_thr}'
                )
            self.score_thr = min(self.score_thr, stage.score_thr)
        self.motion = motion
        self.iou_plus_one = iou_plus_one
        self.classes_apart = classes_apart

    def match(
        self,
        tracks: TrackTable,
        detections: Detections,
        frame: int,
        frame_rate: float,
        embed_thr: float | None = None,
    ) -> tuple[np.ndarray, list[StageRecord]]:
        """Match the tracks and the detections of a frame.

        Args:
            tracks: T tracks, moved to the frame.
            detections: D detections of the frame.
            frame: Number of the frame as the tracker counts.
            frame_rate: Frames a second.
            embed_thr: Use the stages for low frame rates, with this largest cosine
                distance of a pair made by overlap. None: the usual stages.

        Returns:
            Index (T,) of the detection that continues each track, or -1; and what each
            stage considered that had something to match.
        """
        match, records = np.full(len(tracks), -1), []
        for usual in self.stages:
            stage = usual if embed_thr is None else usual.for_low_frame_rate(embed_thr)
            unmatched = self._unmatched(
                stage, tracks, detections, match, frame, frame_rate
            )
            rows, cols = unmatched.rows, unmatched.cols
            if not (len(rows) and len(cols)):
                continue
            pairs = stage.pairs(unmatched)
            if self.classes_apart:
                labels = tracks.labels[rows[pairs.rows]]
                pairs = pairs.keep(labels == detections.labels[cols[pairs.cols]])
            records.append(StageRecord(stage.name, stage.cost_thr, rows, cols, pairs))
            paired_rows, paired_cols = association.assign(
                pairs, (len(rows), len(cols)), stage.cost_thr
            )
            match[rows[paired_rows]] = cols[paired_cols]
        return match, records

    def _unmatched(
        self,
        stage: Stage,
        tracks: TrackTable,
        detections: Detections,
        match: np.ndarray,
        frame: int,
        frame_rate: float,
    ) -> StageInput:
        """The unmatched tracks and detections that take part in a stage."""
        of_tracks, of_detections = stage.candidates(tracks, detections)
        if stage.score_thr is None:
            scored = detections.strong
        else:
            scored = detections.scores > stage.score_thr
        free = association.unmatched(match, len(detections))
        rows = np.flatnonzero(of_tracks & (match < 0))
        cols = np.flatnonzero(of_detections & scored & free)
        return StageInput(
            tracks,
            detections,
            rows,
            cols,
            self.motion,
            self.iou_plus_one,
            frame,
            frame_rate,
        )
