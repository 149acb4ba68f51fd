"""FairMOT's online tracker on arrays: no loop over tracks or boxes."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.models.trackers import association
from fairmot_mm.models.trackers.detections import Detections
from fairmot_mm.models.trackers.frame_record import FrameRecord, Observer
from fairmot_mm.models.trackers.lifecycle import Lifecycle
from fairmot_mm.models.trackers.motion_model import MotionModel
from fairmot_mm.models.trackers.optional_parts import OptionalParts
from fairmot_mm.models.trackers.saved_state import (
    VERSION,
    damage_is_explained,
    load_video,
    save_video,
)
from fairmot_mm.models.trackers.stage_matcher import (
    COST_THRS,
    MOTION_WEIGHT,
    StageMatcher,
    build_stages,
)
from fairmot_mm.models.trackers.track_birth import TrackBirth
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.models.trackers.video_state import FrameInfo, VideoState
from fairmot_mm.registry import MODELS, TASK_UTILS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.boxes import tlwh_to_xyxy
from fairmot_mm.utils.contracts import require_contract, require_range
from fairmot_mm.utils.saved_settings import plain_settings, require_same_settings
from fairmot_mm.utils.tunable import Values


@MODELS.register_module()
class JDETracker:
    """Track by appearance and motion first, then by overlap.

    In every frame the detections are matched in three stages: (1) to all confirmed
    tracks, also lost ones, by embedding with a little motion, inside the gate of the
    motion model; (2) what is left, to confirmed tracks of the last frame by IoU; (3) to
    unconfirmed tracks by IoU. What is still left begins a track. A track is output once
    it is confirmed: matched a second time, or begun in the first frame.

    All numbers and oddities are by default those of the published FairMOT tracker
    (Zhang et al., "FairMOT", IJCV 2021, section 4.4, and its code), with two
    exceptions: identities start at 1 in every video, and objects of different classes
    are never matched (the published tracker reads a single class). Five oddities have a
    switch. In contrast to mmdet's trackers it uses the embeddings that the detector
    predicts, and it works on arrays of all tracks instead of a loop over objects.

    Whatever a frame holds, the state stays valid; a call that fails leaves it as it
    was before.

    Args:
        obj_score_thr: Score that a detection must exceed to be used.
        track_buffer: How long a lost track is kept, in frames at 30 frames a second;
            scaled with the `frame_rate` of the data sample.
        cost_thrs: Replaces some of the largest costs of a pair: `embeds` (0.4, fused
            distance of stage 1), `iou` (0.5, stage 2), `unconfirmed` (0.7, stage 3),
            and `duplicate` (0.15): where a lost and a tracked box are closer than this,
            the track that lived longer survives. The last three are 1 - IoU.
        motion_weight: Share of the squared Mahalanobis distance in stage 1, in [0, 1].
        embed_momentum: Share of the new embedding in the smoothed embedding of a track,
            in [0, 1].
        linger_expired: An expired track can be found again for one more frame
            (published). False: it ends at once.
        bar_refound: A track that was found again in that frame ends with its next loss
            (published). False: it lives on like any other.
        iou_plus_one: Boxes include their last pixel in an IoU (published).
        predict_unconfirmed: Move unconfirmed tracks, too, before they are matched. The
            published tracker compares them where they were seen.
        refresh_score: A lost track takes the score of the detection that finds it. In
            the published tracker it keeps the score it was lost with.
        classes_apart: A detection never continues or removes a track of another label.
            False: labels play no part, and a track takes that of its last detection.
        min_box_area: Output only boxes of more square pixels of the original frame.
        max_aspect_ratio: Output no box with a larger width / height. None: no limit.
        recent_embeds: Embeddings of single detections that a track keeps beside the
            smoothed one, for stages that compare them, such as LikelihoodStage: a
            person looks different from the side (DeepSORT, Wojke et al., 2017, section
            2.2, keeps 100).
        birth: Config of the rule by which tracks begin and are confirmed, in
            TASK_UTILS; by default TrackBirth.
        stages: Configs of matching stages (`Stage`) in TASK_UTILS, in order, in place
            of the three above: AppearanceStage, OverlapStage, LowScoreAssociation,
            LikelihoodStage, or a class of your own. `motion_weight`, `low_score`, and
            all `cost_thrs` but `duplicate` then belong into these configs. None: the
            published stages.
        motion: Config of the motion model (`MotionModel`) in TASK_UTILS; by default
            KalmanFilterXYAH.
        low_score: Config of a last stage in TASK_UTILS for detections at or below
            ``obj_score_thr``, such as LowScoreAssociation. None: they are not used.
        camera_motion: Config of SparseFlowMotion or ECCMotion in TASK_UTILS: tracks
            follow the view of a moving camera. Needs the image of every frame.
        gallery: Config of ReentryGallery in TASK_UTILS: a person who returns after the
            buffer has run out gets the old identity back.
        low_frame_rate: Config of LowFrameRate in TASK_UTILS: the time between frames
            counts.
        return_embeds: The output has the smoothed embeddings of the tracks, too.

    Raises:
        ConfigError: A value is out of its range, a name is unknown, or an argument
            would have no effect together with ``stages``.
    """

    def __init__(  # noqa: PLR0913 - the keys of a config
        self,
        obj_score_thr: float = 0.4,
        track_buffer: int = 30,
        cost_thrs: dict[str, float] | None = None,
        motion_weight: float = MOTION_WEIGHT,
        embed_momentum: float = 0.1,
        linger_expired: bool = True,
        bar_refound: bool = True,
        iou_plus_one: bool = True,
        predict_unconfirmed: bool = False,
        refresh_score: bool = False,
        classes_apart: bool = True,
        min_box_area: float = 0,
        max_aspect_ratio: float | None = None,
        recent_embeds: int = 0,
        birth: dict[str, Any] | None = None,
        stages: Sequence[dict[str, Any]] | None = None,
        motion: dict[str, Any] | None = None,
        low_score: dict[str, Any] | None = None,
        camera_motion: dict[str, Any] | None = None,
        gallery: dict[str, Any] | None = None,
        low_frame_rate: dict[str, Any] | None = None,
        return_embeds: bool = False,
    ) -> None:
        settings = dict(locals())
        for key in ('self', 'return_embeds'):  # what has no effect on the tracks
            del settings[key]
        self._settings = plain_settings({'type': type(self).__name__, **settings})
        self.return_embeds = return_embeds
        cost_thrs = cost_thrs or {}
        if unknown := set(cost_thrs) - set(COST_THRS):
            raise ConfigError(f'cost_thrs has no {unknown}: use {list(COST_THRS)}')
        require_range(low=0, high=1, obj_score_thr=obj_score_thr)
        require_range(low=0, track_buffer=track_buffer, min_box_area=min_box_area)
        require_range(low=0, recent_embeds=recent_embeds)
        require_range(low=0, high=1, embed_momentum=embed_momentum)
        self.obj_score_thr = obj_score_thr
        self.track_buffer = track_buffer
        self.cost_thrs = {**COST_THRS, **cost_thrs}
        self.min_box_area = min_box_area
        self.max_aspect_ratio = max_aspect_ratio
        self.motion: MotionModel = TASK_UTILS.build(
            motion or {'type': 'KalmanFilterXYAH'}
        )
        require_contract(self.motion, MotionModel, 'motion')
        self.birth: TrackBirth = TASK_UTILS.build(birth or {'type': 'TrackBirth'})
        if gallery is not None and self.birth.num_matches < 2:
            raise ConfigError(
                'gallery needs birth.num_matches of 2 or more: it names a track when '
                'the track is confirmed'
            )
        self.lifecycle = Lifecycle(
            motion=self.motion,
            birth=self.birth,
            recent_embeds=recent_embeds,
            duplicate_thr=self.cost_thrs['duplicate'],
            embed_momentum=embed_momentum,
            linger_expired=linger_expired,
            bar_refound=bar_refound,
            iou_plus_one=iou_plus_one,
            predict_unconfirmed=predict_unconfirmed,
            refresh_score=refresh_score,
            classes_apart=classes_apart,
        )
        self.matcher = StageMatcher(
            build_stages(stages, cost_thrs, motion_weight, low_score),
            obj_score_thr,
            self.motion,
            iou_plus_one,
            classes_apart,
        )
        first_thr, lowest = self.birth.first_score_thr, self.matcher.score_thr
        if first_thr is not None and first_thr < lowest:
            raise ConfigError(
                f'birth.first_score_thr={first_thr} is below {lowest}, the lowest '
                'score that this tracker and its stages read: set it to this or more'
            )
        self.parts = OptionalParts(self.motion, camera_motion, gallery, low_frame_rate)
        self.observer: Observer | None = None  # gets the record of every frame
        self.reset()

    def __deepcopy__(self, memo: dict[int, Any]) -> 'JDETracker':
        """Copy the tracker; copies share the observer, which is not a part of it."""
        copy = type(self).__new__(type(self))
        memo[id(self)] = copy
        memo[id(self.observer)] = self.observer
        copy.__dict__.update(deepcopy(vars(self), memo))
        return copy

    @property
    def tracks(self) -> TrackTable | None:
        """Live tracks after the last frame, also lost ones; None before the first."""
        return self._video.tracks

    @classmethod
    def search_space(cls, cfg: Mapping[str, Any]) -> dict[str, Values]:
        """State the values to try, see `Tunable`."""
        space: dict[str, Values] = {
            'obj_score_thr': (0.2, 0.7),
            'track_buffer': (10, 90),
            'embed_momentum': (0.02, 0.5),
        }
        if cfg.get('stages') is None:
            space |= {
                'cost_thrs.embeds': (0.2, 0.7),
                'cost_thrs.iou': (0.3, 0.9),
                'cost_thrs.unconfirmed': (0.4, 0.95),
                'motion_weight': (0.0, 0.1),
            }
        if cfg.get('recent_embeds'):
            space['recent_embeds'] = (1, 10)
        return space

    def max_lost(self, frame_rate: float) -> int:
        """Scale `track_buffer` to a frame rate.

        Args:
            frame_rate: Frames a second.

        Returns:
            Frames for which a lost track is kept.
        """
        return int(frame_rate / 30 * self.track_buffer)

    def reset(self) -> None:
        """Forget every track; the next frame is the first and the next identity 1."""
        self._video = VideoState()

    def state_dict(self) -> dict[str, Any]:
        """Write everything that the tracker knows about the video.

        Returns:
            Plain values and tensors, for ``torch.save``; the tracker may go on.

        Raises:
            ConfigError: A part of the tracker cannot be saved.
        """
        return {
            'version': VERSION,
            'settings': deepcopy(self._settings),
            'video': save_video(self._video),
            'parts': self.parts.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where another tracker was when its `state_dict` was taken.

        The next frame has a ``frame_id`` above that of the last one; 0 would reset the
        tracker.

        Args:
            state: What `state_dict` of a tracker of the same settings has returned.

        Raises:
            DataError: The state is damaged, or was saved by another version or by a
                tracker of other settings. The tracker stays as it was.
        """
        require_same_settings(state, self._settings, VERSION)
        no_tracks = self.lifecycle.start(Detections.empty(), slice(0), 0, 0)
        with damage_is_explained():
            video = load_video(state['video'], no_tracks)
            self.parts.load_state_dict(state['parts'])
        self._video = video

    def track(
        self, data_sample: DetDataSample, img: torch.Tensor | None = None
    ) -> InstanceData:
        """Follow the detections of the next frame.

        Detections with a value that is not finite, or without width or height, are
        ignored. Frames are counted by calls, as published, unless the data sample has a
        `timestamp`: then a lost track is kept for as long as `track_buffer` says in
        seconds. The numbers of frames must increase; gaps between them have an effect
        only with `low_frame_rate`. Where frames change their size, tracks are carried
        over to the new size.

        Args:
            data_sample: `pred_instances` with `bboxes` (N, 4) xyxy in pixels of the
                original frame, `scores` (N,), `labels` (N,) and L2-normalised
                `embeds` (N, C), on any device, in any order. Metainfo: `frame_id`,
                where 0 resets the tracker, `frame_rate` (30 if absent),
                `exact_frame_rate` (as `frame_rate` if absent), and `ori_shape`, without
                which frames are taken to keep their size.
            img: (1, 3, H, W) RGB in [0, 1], network input of the frame; needed
                only for `camera_motion`.

        Returns:
            The confirmed tracks of this frame, in the order of the published tracker:
            `bboxes` (M, 4) float32 xyxy in pixels of the original frame, `scores` (M,)
            float32, `labels` (M,) int64, `instances_id` (M,) int64, on the CPU; with
            `return_embeds` also `embeds` (M, C) float32 of unit length.

        Raises:
            DataError: A field, `frame_id` or the image is missing, a value cannot be
                used, or `frame_id` is not above that of the last frame.
        """
        info = FrameInfo.from_data_sample(data_sample)
        detections = Detections.from_instances(
            data_sample.pred_instances, self.matcher.score_thr, self.obj_score_thr
        )
        with self.parts.unchanged_on_failure():
            video, frame, before, embed_thr = self._move_to_frame(info, detections)
            seconds, max_lost = frame / info.exact_rate, self.max_lost(info.frame_rate)
            before = self.parts.follow_camera(before, img, data_sample, detections.tlwh)
            match, stages = self.matcher.match(
                before, detections, frame, info.exact_rate, embed_thr
            )
            updated = self.lifecycle.update(before, detections, match, frame)
            updated = self.parts.recall(before, updated, seconds)
            free = association.unmatched(match, len(detections))
            seen_tlwh = self.motion.to_tlwh(updated.mean[match >= 0])
            begun = self.birth.begins(detections, free, seen_tlwh, frame)
            new = self.lifecycle.start(detections, begun, frame, video.num_ids + 1)
            after = self.lifecycle.regroup(updated, new, match >= 0, frame, max_lost)
            self.parts.remember(updated, after, seconds)
            after = self.lifecycle.without_duplicates(after, embed_thr)
            output = self._pack_output(after)
        self._video = VideoState(after, frame, video.num_ids + len(new), info)
        if self.observer:
            self.observer(
                FrameRecord(
                    frame=info.frame_id + 1,
                    count=frame,
                    tracks=before,
                    detections=detections,
                    stages=stages,
                    match=match,
                    begun=begun,
                    track_ids=updated.ids,
                    new_ids=new.ids,
                )
            )
        return output

    def coast(
        self, data_sample: DetDataSample, img: torch.Tensor | None = None
    ) -> InstanceData:
        """Move the tracks through a frame in which the network did not run.

        Tracks move as the motion model predicts. No track is lost in this frame, but
        time passes: tracks that are lost already expire in it as in any other frame.

        Args:
            data_sample: Metainfo as for `track`; detections are not needed.
            img: As for `track`.

        Returns:
            The tracks of the last frame where they are now, in the form of `track`.

        Raises:
            DataError: See `track`.
        """
        info = FrameInfo.from_data_sample(data_sample)
        with self.parts.unchanged_on_failure():
            video, frame, tracks, _ = self._move_to_frame(info, Detections.empty())
            people = self.motion.to_tlwh(tracks.mean)
            tracks = self.parts.follow_camera(tracks, img, data_sample, people)
            max_lost, no_tracks = self.max_lost(info.frame_rate), tracks.take(slice(0))
            after = self.lifecycle.regroup(
                tracks, no_tracks, tracks.tracked, frame, max_lost
            )
            self.parts.remember(tracks, after, frame / info.exact_rate)
            output = self._pack_output(after)
        coasted = video.num_coasted + 1
        self._video = VideoState(after, frame, video.num_ids, info, coasted)
        return output

    def _move_to_frame(
        self, info: FrameInfo, detections: Detections
    ) -> tuple[VideoState, int, TrackTable, float | None]:
        """The video so far, the frame's number, the tracks there, and `embed_thr`."""
        video = VideoState() if info.frame_id == 0 else self._video
        video.require_next(info, detections)
        if video.last is None:
            self.parts.reset()
        tracks = video.tracks
        if tracks is None or len(tracks) == 0:
            tracks = self.lifecycle.start(detections, slice(0), 0, 0)
        frames, step, embed_thr = self.parts.elapsed(
            video.last, info, video.num_coasted, video.frames_to(info)
        )
        tracks = self.lifecycle.rescale(tracks, video.last, info)
        tracks = self.lifecycle.predict(tracks, step, embed_thr is not None)
        return video, video.num_frames + frames, tracks, embed_thr

    def _pack_output(self, tracks: TrackTable) -> InstanceData:
        """The confirmed tracks of this frame that pass the output filters."""
        tlwh = self.motion.to_tlwh(tracks.mean)
        width, height = tlwh[:, 2], tlwh[:, 3]
        shown = tracks.tracked & tracks.confirmed & (width * height > self.min_box_area)
        if self.max_aspect_ratio is not None:
            shown &= width <= self.max_aspect_ratio * height
        bboxes = tlwh_to_xyxy(tlwh[shown])
        output = InstanceData(
            bboxes=torch.from_numpy(bboxes.astype(np.float32)),
            scores=torch.from_numpy(tracks.scores[shown]),
            labels=torch.from_numpy(tracks.labels[shown]),
            instances_id=torch.from_numpy(tracks.ids[shown]),
        )
        if self.return_embeds:
            output.embeds = torch.from_numpy(tracks.embeds[shown])
        return output
