"""FairMOT's online tracker on arrays: no loop over tracks or boxes."""

from typing import Any

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.models.trackers import association
from fairmot_mm.models.trackers.detections import Detections, FramePlace
from fairmot_mm.models.trackers.frame_record import FrameRecord, Observer
from fairmot_mm.models.trackers.lifecycle import Lifecycle
from fairmot_mm.models.trackers.optional_parts import OptionalParts, Pace
from fairmot_mm.models.trackers.stages import build_stages, by_looks, match_in_stages
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.models.trackers.video_state import VideoState
from fairmot_mm.registry import MODELS, TASK_UTILS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.boxes import tlwh_to_xyxy

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
    published one reads a single class). Five oddities have a switch.

    Whatever a frame holds, the state stays sound; a call that fails leaves it as it
    was.

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
        linger_expired: An expired track can be re-found for one more frame (published).
            False: it ends at once.
        bar_refound: A track that was re-found in that frame ends with its next loss
            (published). False: it lives on like any other.
        iou_plus_one: Boxes include their last pixel in an IoU (published).
        predict_unconfirmed: Move unconfirmed tracks, too, before they are matched. The
            published tracker compares them where they were seen.
        refresh_score: A lost track takes the score of the detection that finds it. In
            the published tracker it keeps the score it was lost with.
        classes_apart: A detection never continues or removes a track of another label.
            False: labels play no part, and a track takes that of its last detection.
        min_box_area: Output only boxes of more square pixels.
        max_aspect_ratio: Output no box with a larger width / height. None: no limit.
        motion: Config of the motion model in TASK_UTILS; by default KalmanFilterXYAH.
        low_score: Config of a stage in TASK_UTILS for detections at or below
            ``obj_score_thr``, such as LowScoreAssociation. None: they are not used.
        camera_motion: Config of SparseFlowMotion or ECCMotion in TASK_UTILS: tracks
            follow the view of a moving camera. Needs the image of every frame.
        gallery: Config of ReentryGallery in TASK_UTILS: who returns after the buffer
            has run out gets the old identity back.
        low_frame_rate: Config of LowFrameRate in TASK_UTILS: the time between frames
            counts.

    Raises:
        ConfigError: A value is out of its range or a name is unknown.
    """

    def __init__(  # noqa: PLR0913 - the keys of a config
        self,
        obj_score_thr: float = 0.4,
        track_buffer: int = 30,
        cost_thrs: dict[str, float] | None = None,
        motion_weight: float = 0.02,
        embed_momentum: float = 0.1,
        linger_expired: bool = True,
        bar_refound: bool = True,
        iou_plus_one: bool = True,
        predict_unconfirmed: bool = False,
        refresh_score: bool = False,
        classes_apart: bool = True,
        min_box_area: float = 0,
        max_aspect_ratio: float | None = None,
        motion: dict[str, Any] | None = None,
        low_score: dict[str, Any] | None = None,
        camera_motion: dict[str, Any] | None = None,
        gallery: dict[str, Any] | None = None,
        low_frame_rate: dict[str, Any] | None = None,
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
        self.min_box_area = min_box_area
        self.max_aspect_ratio = max_aspect_ratio
        self.motion = TASK_UTILS.build(motion or {'type': 'KalmanFilterXYAH'})
        self.lifecycle = Lifecycle(
            motion=self.motion,
            duplicate_thr=self.cost_thrs['duplicate'],
            embed_momentum=embed_momentum,
            linger_expired=linger_expired,
            bar_refound=bar_refound,
            iou_plus_one=iou_plus_one,
            predict_unconfirmed=predict_unconfirmed,
            refresh_score=refresh_score,
            classes_apart=classes_apart,
        )
        self.classes_apart = classes_apart
        self.stages, self.score_thr = build_stages(
            self.motion,
            self.cost_thrs,
            motion_weight,
            iou_plus_one,
            low_score,
            obj_score_thr,
        )
        self.parts = OptionalParts(self.motion, camera_motion, gallery, low_frame_rate)
        mode = self.parts.low_frame_rate
        self.stages_by_looks = by_looks(self.stages, mode.embed_thr) if mode else []
        self.observer: Observer | None = None  # gets the record of every frame
        self.reset()

    @property
    def tracks(self) -> TrackTable | None:
        """Live tracks after the last frame, also lost ones; None before the first."""
        return self._video.tracks

    def reset(self) -> None:
        """Forget every track; the next frame is the first and the next identity 1."""
        self._video = VideoState()

    def track(
        self, data_sample: DetDataSample, img: torch.Tensor | None = None
    ) -> InstanceData:
        """Follow the detections of the next frame.

        Detections with a value that is not finite, or without width or height, are
        ignored. Frames are counted by calls, as published: numbers may jump ahead
        without any effect (`low_frame_rate` gives them one), but not stand still or go
        back. Where frames change their size, tracks are carried over to the new one.

        Args:
            data_sample: `pred_instances` with `bboxes` (N, 4) xyxy in pixels of the
                original frame, `scores` (N,), `labels` (N,) and L2-normalised
                `embeds` (N, C), on any device, in any order. Metainfo: `frame_id`,
                where 0 resets the tracker, `frame_rate` (30 if absent), and
                `ori_shape`, without which frames are taken to keep their size.
            img: (1, 3, H, W) network input of the frame, for `camera_motion` alone.

        Returns:
            The confirmed tracks of this frame, in the order of the published tracker:
            `bboxes` (M, 4) float32 xyxy in pixels of the original frame, `scores` (M,)
            float32, `labels` (M,) int64, `instances_id` (M,) int64, on the CPU.

        Raises:
            DataError: A field, `frame_id` or the image is missing, a value cannot be
                used, or `frame_id` is not above that of the last frame.
        """
        place = FramePlace.read(data_sample)
        detections = Detections.from_instances(
            data_sample.pred_instances, self.score_thr, self.obj_score_thr
        )
        with self.parts.unchanged_on_failure():
            video, tracks, pace = self._enter(place, detections, img)
            tracks = self.parts.follow_camera(tracks, img, data_sample, detections.tlwh)
            frame, first_id = video.num_frames + pace.frames, video.num_ids + 1
            stages = self.stages_by_looks if pace.looks_first else self.stages
            record = self.observer and FrameRecord(place, frame, tracks, detections)
            match = match_in_stages(
                stages, tracks, detections, self.classes_apart, record
            )
            updated = self.lifecycle.update(tracks, detections, match, frame)
            known = self.parts.recall(tracks, updated, frame / place.frame_rate)
            new = association.unmatched(match, len(detections)) & detections.strong
            new = np.flatnonzero(new)
            born = self.lifecycle.start(detections, new, frame, first_id)
            tracks = self._regroup(known, born, match >= 0, frame, place)
            tracks = self.lifecycle.without_duplicates(tracks, pace.embed_thr)
            output = self._pack_output(tracks)
        self._video = VideoState(tracks, frame, video.num_ids + len(born), place)
        if self.observer and record:
            self.observer(record.finish(match, known, new, born))
        return output

    def coast(
        self, data_sample: DetDataSample, img: torch.Tensor | None = None
    ) -> InstanceData:
        """Pass over a frame in which nobody was looked for.

        Tracks go on as their motion has it. Such a frame loses no track, but it is time
        that passes, and lost tracks expire in it as in any other.

        Args:
            data_sample: Metainfo as for `track`; detections are not needed.
            img: As for `track`.

        Returns:
            The tracks of the last frame where they are now, in the form of `track`.

        Raises:
            DataError: See `track`.
        """
        place = FramePlace.read(data_sample)
        with self.parts.unchanged_on_failure():
            video, tracks, pace = self._enter(place, Detections.none(), img)
            people = self.motion.to_tlwh(tracks.mean)
            tracks = self.parts.follow_camera(tracks, img, data_sample, people)
            frame, nobody = video.num_frames + pace.frames, tracks.take(np.arange(0))
            tracks = self._regroup(tracks, nobody, tracks.tracked, frame, place)
            output = self._pack_output(tracks)
        self._video = VideoState(
            tracks, frame, video.num_ids, place, video.num_coasted + 1
        )
        return output

    def _enter(
        self, place: FramePlace, detections: Detections, img: torch.Tensor | None
    ) -> tuple[VideoState, TrackTable, Pace]:
        """The video so far, its tracks moved to this frame, and how far that is."""
        video = VideoState() if place.frame_id == 0 else self._video
        video.require_next(place, detections)
        self.parts.require_image(img)
        if video.place is None:
            self.parts.reset()
        tracks = video.tracks
        if tracks is None or len(tracks) == 0:
            tracks = self.lifecycle.start(detections, np.arange(0), 0, 0)
        pace = self.parts.pace(video.place, place, video.num_coasted)
        tracks = self.lifecycle.fit_size(tracks, video.place, place)
        return video, self.lifecycle.predict(tracks, pace.step, pace.looks_first), pace

    def _regroup(
        self,
        tracks: TrackTable,
        born: TrackTable,
        seen: np.ndarray,
        frame: int,
        place: FramePlace,
    ) -> TrackTable:
        """End tracks and bring the others into order, see `Lifecycle.regroup`."""
        max_lost = int(place.frame_rate / 30 * self.track_buffer)
        after = self.lifecycle.regroup(tracks, born, seen, frame, max_lost)
        self.parts.remember(tracks, after, frame / place.frame_rate)
        return after

    def _pack_output(self, tracks: TrackTable) -> InstanceData:
        """The confirmed tracks of this frame that pass the output filters."""
        tlwh = self.motion.to_tlwh(tracks.mean)
        width, height = tlwh[:, 2], tlwh[:, 3]
        shown = tracks.tracked & tracks.confirmed & (width * height > self.min_box_area)
        if self.max_aspect_ratio is not None:
            shown &= width <= self.max_aspect_ratio * height
        bboxes = tlwh_to_xyxy(tlwh[shown])
        return InstanceData(
            bboxes=torch.from_numpy(bboxes.astype(np.float32)),
            scores=torch.from_numpy(tracks.scores[shown]),
            labels=torch.from_numpy(tracks.labels[shown]),
            instances_id=torch.from_numpy(tracks.ids[shown]),
        )
