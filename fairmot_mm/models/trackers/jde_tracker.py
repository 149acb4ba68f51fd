"""FairMOT's online tracker on arrays: no loop over tracks or boxes."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.models.trackers import association
from fairmot_mm.models.trackers.detections import Detections, read_metainfo, unit_embeds
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.registry import MODELS, TASK_UTILS
from fairmot_mm.utils import ConfigError, DataError

# Largest cost of a pair in each stage, and of a lost track that doubles a tracked one.
COST_THRS = {'embeds': 0.4, 'iou': 0.5, 'unconfirmed': 0.7, 'duplicate': 0.15}


@MODELS.register_module()
class JDETracker:
    """Track by appearance and motion first, then by overlap.

    In every frame the detections are matched (1) to all confirmed tracks, also lost
    ones, by embedding with a little motion, inside the gate of the motion model; (2)
    what is left, to confirmed tracks of the last frame by IoU; (3) to unconfirmed
    tracks by IoU. What is still left becomes a track. A track is output once it is
    confirmed: matched a second time, or born in the first frame.

    All numbers and oddities are by default those of the published FairMOT tracker
    (Zhang et al., "FairMOT", IJCV 2021, section 4.4, and its code), with two
    exceptions: identities start at 1 in every video, and classes stay apart (the
    published one reads a single class) - a detection never continues or removes a
    track of another label. Four oddities have a switch.

    Args:
        obj_score_thr: Score that a detection must exceed to be used.
        track_buffer: How long a lost track is kept, in frames at 30 frames a second;
            scaled with the `frame_rate` of the data sample.
        cost_thrs: Replaces some of the largest costs of a pair: `embeds` (0.4, fused
            distance of stage 1), `iou` (0.5, stage 2), `unconfirmed` (0.7, stage 3),
            and `duplicate` (0.15): of a lost and a tracked box closer than this the
            track that lived longer survives. The last three are 1 - IoU.
        motion_weight: Share of the squared Mahalanobis distance in stage 1.
        embed_momentum: Share of the new embedding in the smoothed one of a track.
        linger_expired: An expired track can be re-found for one more frame, and if it
            is, it ends with its next loss (published). False: it ends at once.
        iou_plus_one: Boxes include their last pixel in an IoU (published).
        predict_unconfirmed: Move unconfirmed tracks, too, before they are matched. The
            published tracker compares them where they were seen.
        refresh_score: A lost track takes the score of the detection that finds it. In
            the published tracker it keeps the score it was lost with.
        min_box_area: Output only boxes of more square pixels.
        max_aspect_ratio: Output no box with a larger width / height. None: no limit.
        motion: Config of the motion model in TASK_UTILS; by default KalmanFilterXYAH.

    Raises:
        ConfigError: A value is out of its range or a name is unknown.
    """

    def __init__(
        self,
        obj_score_thr: float = 0.4,
        track_buffer: int = 30,
        cost_thrs: dict[str, float] | None = None,
        motion_weight: float = 0.02,
        embed_momentum: float = 0.1,
        linger_expired: bool = True,
        iou_plus_one: bool = True,
        predict_unconfirmed: bool = False,
        refresh_score: bool = False,
        min_box_area: float = 0,
        max_aspect_ratio: float | None = None,
        motion: dict[str, Any] | None = None,
    ) -> None:
        if unknown := set(cost_thrs or {}) - set(COST_THRS):
            raise ConfigError(f'cost_thrs has no {unknown}: use {list(COST_THRS)}')
        if not track_buffer >= 0:
            raise ConfigError(f'track_buffer={track_buffer} must be 0 frames or more')
        shares = {'motion_weight': motion_weight, 'embed_momentum': embed_momentum}
        for name, share in shares.items():
            if not 0 <= share <= 1:
                raise ConfigError(f'{name}={share} is a share: use a value in [0, 1]')
        self.obj_score_thr = obj_score_thr
        self.track_buffer = track_buffer
        self.cost_thrs = {**COST_THRS, **(cost_thrs or {})}
        self.motion_weight = motion_weight
        self.embed_momentum = embed_momentum
        self.linger_expired = linger_expired
        self.iou_plus_one = iou_plus_one
        self.predict_unconfirmed = predict_unconfirmed
        self.refresh_score = refresh_score
        self.min_box_area = min_box_area
        self.max_aspect_ratio = max_aspect_ratio
        self.motion = TASK_UTILS.build(motion or {'type': 'KalmanFilterXYAH'})
        self.reset()

    def reset(self) -> None:
        """Forget every track; the next frame is the first and the next identity 1."""
        self._tracks: TrackTable | None = None
        self._frame = 0
        self._num_ids = 0

    def track(self, data_sample: DetDataSample) -> InstanceData:
        """Follow the detections of the next frame.

        Detections with a value that is not finite, or without width or height, are
        ignored. Frames are counted by calls, as published, not by `frame_id`.

        Args:
            data_sample: `pred_instances` with `bboxes` (N, 4) xyxy in pixels of the
                original frame, `scores` (N,), `labels` (N,) and L2-normalised
                `embeds` (N, C), on any device, in any order. Metainfo: `frame_id`,
                where 0 resets the tracker, and `frame_rate` (30 if absent).

        Returns:
            The confirmed tracks of this frame, in the order of the published tracker:
            `bboxes` (M, 4) float32 xyxy in pixels of the original frame, `scores` (M,)
            float32, `labels` (M,) int64, `instances_id` (M,) int64, on the CPU.

        Raises:
            DataError: A field or `frame_id` is missing, or a value cannot be used.
        """
        frame_id, frame_rate = read_metainfo(data_sample)
        detections = Detections.from_instances(
            data_sample.pred_instances, self.obj_score_thr
        )
        if frame_id == 0:
            self.reset()
        tracks = self._predicted_tracks(detections)
        self._frame += 1
        match = self._associate(tracks, detections)
        self._update(tracks, detections, match)
        born = self._start(detections, association.unmatched(match, len(detections)))
        max_lost = int(frame_rate / 30 * self.track_buffer)
        tracks = self._regroup(tracks, born, match >= 0, max_lost)
        self._tracks = self._without_duplicates(tracks)
        return self._pack_output(self._tracks)

    def _predicted_tracks(self, detections: Detections) -> TrackTable:
        """The live tracks, moved to the new frame."""
        tracks = self._tracks
        if tracks is None or len(tracks) == 0:
            return self._start(detections, np.zeros(0, dtype=np.int64))
        if len(detections) and tracks.embeds.shape[1] != detections.embeds.shape[1]:
            raise DataError(
                f'embeds have {detections.embeds.shape[1]} channels, those of the '
                f'tracks {tracks.embeds.shape[1]}: call reset() before another model'
            )
        moving = tracks.confirmed | self.predict_unconfirmed
        mean, cov = tracks.mean.copy(), tracks.cov.copy()
        mean[moving], cov[moving] = self.motion.predict(
            mean[moving], cov[moving], ~tracks.tracked[moving]
        )
        return replace(tracks, mean=mean, cov=cov)

    def _associate(self, tracks: TrackTable, detections: Detections) -> np.ndarray:
        """Index (T,) of the detection that continues each track, or -1."""
        track_tlwh = self.motion.to_tlwh(tracks.mean)
        measurement = self.motion.to_measurement(detections.tlwh)

        def appearance_cost(rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
            return association.fuse_motion(
                association.cosine_distance(
                    tracks.embeds[rows], detections.embeds[cols]
                ),
                self.motion.gating_distance(
                    tracks.mean[rows], tracks.cov[rows], measurement[cols]
                ),
                self.motion.gating_thr,
                self.motion_weight,
            )

        def iou_cost(rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
            return association.iou_distance(
                track_tlwh[rows], detections.tlwh[cols], self.iou_plus_one
            )

        stages = (
            ('embeds', tracks.confirmed, appearance_cost),
            ('iou', tracks.confirmed & tracks.tracked, iou_cost),
            ('unconfirmed', ~tracks.confirmed, iou_cost),
        )
        match = np.full(len(tracks), -1)
        for name, candidates, cost_fn in stages:
            rows = np.flatnonzero(candidates & (match < 0))
            cols = association.unmatched(match, len(detections))
            if not (len(rows) and len(cols)):
                continue
            cost = cost_fn(rows, cols)
            same_label = np.equal.outer(tracks.labels[rows], detections.labels[cols])
            cost[~same_label] = np.inf
            paired_rows, paired_cols = association.assign(cost, self.cost_thrs[name])
            match[rows[paired_rows]] = cols[paired_cols]
        return match

    def _update(
        self, tracks: TrackTable, detections: Detections, match: np.ndarray
    ) -> None:
        """Write the matched detections into the rows of their tracks."""
        rows = np.flatnonzero(match >= 0)
        if len(rows) == 0:
            return
        found = match[rows]
        tracks.mean[rows], tracks.cov[rows] = self.motion.update(
            tracks.mean[rows],
            tracks.cov[rows],
            self.motion.to_measurement(detections.tlwh[found]),
        )
        tracks.embeds[rows] = unit_embeds(
            (1 - self.embed_momentum) * tracks.embeds[rows]
            + self.embed_momentum * unit_embeds(detections.embeds[found])
        )
        rescored = tracks.tracked[rows] | self.refresh_score
        tracks.scores[rows[rescored]] = detections.scores[found[rescored]]
        tracks.confirmed[rows] = True
        tracks.last_frames[rows] = self._frame

    def _start(self, detections: Detections, new: np.ndarray) -> TrackTable:
        """One track for each of these detections, with the next identities."""
        measurement = self.motion.to_measurement(detections.tlwh[new])
        mean, cov = self.motion.initiate(measurement)
        ids = self._num_ids + 1 + np.arange(len(new))
        self._num_ids += len(new)
        return TrackTable(
            ids=ids,
            tracked=np.full(len(new), True),
            confirmed=np.full(len(new), self._frame == 1),
            barred=np.full(len(new), False),
            start_frames=np.full(len(new), self._frame),
            last_frames=np.full(len(new), self._frame),
            scores=detections.scores[new],
            labels=detections.labels[new],
            embeds=detections.embeds[new],
            mean=mean,
            cov=cov,
        )

    def _regroup(
        self, tracks: TrackTable, born: TrackTable, seen: np.ndarray, max_lost: int
    ) -> TrackTable:
        """End tracks and bring the others into the order of the published lists.

        Args:
            tracks: Tracks before this frame, (T,) rows, already updated.
            born: Tracks of this frame.
            seen: (T,) bool, matched in this frame.
            max_lost: Frames a track may stay lost.
        """
        was_tracked = tracks.tracked
        stays = ~seen & tracks.confirmed & ~tracks.barred
        expired = stays & (self._frame - tracks.last_frames > max_lost)
        barred = tracks.barred
        if self.linger_expired:
            barred = barred | (expired & ~was_tracked)
        else:
            stays &= ~expired
        order = np.concatenate(
            [
                np.flatnonzero(seen & was_tracked),
                len(tracks) + np.arange(len(born)),
                np.flatnonzero(seen & ~was_tracked),
                np.flatnonzero(stays & ~was_tracked),
                np.flatnonzero(stays & was_tracked),
            ]
        )
        return replace(tracks, tracked=seen, barred=barred).append(born).take(order)

    def _without_duplicates(self, tracks: TrackTable) -> TrackTable:
        """Of a tracked and a lost track in the same place keep the longer lived one."""
        tracked, lost = np.flatnonzero(tracks.tracked), np.flatnonzero(~tracks.tracked)
        tlwh = self.motion.to_tlwh(tracks.mean)
        cost = association.iou_distance(tlwh[tracked], tlwh[lost], self.iou_plus_one)
        same = cost < self.cost_thrs['duplicate']
        same &= np.equal.outer(tracks.labels[tracked], tracks.labels[lost])
        lifetime = tracks.last_frames - tracks.start_frames
        lost_is_younger = np.greater.outer(lifetime[tracked], lifetime[lost])
        keep = np.full(len(tracks), True)
        keep[lost[(same & lost_is_younger).any(axis=0)]] = False
        keep[tracked[(same & ~lost_is_younger).any(axis=1)]] = False
        return tracks.take(keep)

    def _pack_output(self, tracks: TrackTable) -> InstanceData:
        """The confirmed tracks of this frame that pass the output filters."""
        tlwh = self.motion.to_tlwh(tracks.mean)
        width, height = tlwh[:, 2], tlwh[:, 3]
        shown = tracks.tracked & tracks.confirmed & (width * height > self.min_box_area)
        if self.max_aspect_ratio is not None:
            shown &= width <= self.max_aspect_ratio * height
        tlwh = tlwh[shown]
        bboxes = np.concatenate([tlwh[:, :2], tlwh[:, :2] + tlwh[:, 2:]], axis=1)
        return InstanceData(
            bboxes=torch.from_numpy(bboxes.astype(np.float32)),
            scores=torch.from_numpy(tracks.scores[shown]),
            labels=torch.from_numpy(tracks.labels[shown]),
            instances_id=torch.from_numpy(tracks.ids[shown]),
        )
