"""The optional parts of a tracker and what they change in its tracks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from mmdet.structures import DetDataSample
from torch import Tensor

from fairmot_mm.models.trackers.motion_model import MotionModel
from fairmot_mm.models.trackers.saved_state import damage_is_explained
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.models.trackers.video_state import FrameInfo
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import DataError
from fairmot_mm.utils.contracts import require_contract
from fairmot_mm.utils.tracker import Stateful

PartConfig = dict[str, Any] | None


class OptionalParts:
    """Camera motion, gallery and low frame rate; a part that is None changes nothing.

    Args:
        motion: Motion model of the tracker.
        camera_motion: Config of a `CameraMotion` in TASK_UTILS.
        gallery: Config of a `ReentryGallery` in TASK_UTILS.
        low_frame_rate: Config of a `LowFrameRate` in TASK_UTILS.
    """

    def __init__(
        self,
        motion: MotionModel,
        camera_motion: PartConfig,
        gallery: PartConfig,
        low_frame_rate: PartConfig,
    ) -> None:
        self.motion = motion
        self.camera_motion, self.gallery, self.low_frame_rate = (
            None if part is None else TASK_UTILS.build(part)
            for part in (camera_motion, gallery, low_frame_rate)
        )
        memories = {'camera_motion': self.camera_motion, 'gallery': self.gallery}
        self._memories = {k: part for k, part in memories.items() if part is not None}
        self._with_memory = [*self._memories.values()]

    @contextmanager
    def unchanged_on_failure(self) -> Iterator[None]:
        """Restore the parts if the frame cannot be finished.

        This works because the parts replace what they know about the video and never
        change it in place.
        """
        before = [(part, dict(vars(part))) for part in self._with_memory]
        try:
            yield
        except BaseException:
            for part, values in before:
                vars(part).update(values)
            raise

    def reset(self) -> None:
        """Forget the video; the next frame is the first one of another video."""
        for part in self._with_memory:
            part.reset()

    def state_dict(self) -> dict[str, Any]:
        """Write what the parts know about the video, see `JDETracker.state_dict`.

        Returns:
            The state of each part that has a memory, by its key.

        Raises:
            ConfigError: A part cannot be saved.
        """
        self._require_stateful()
        return {key: part.state_dict() for key, part in self._memories.items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Read what `state_dict` has written; the parts stay as they were on failure.

        Args:
            state: State of each part.

        Raises:
            ConfigError: A part cannot be loaded.
            DataError: A state is damaged.
        """
        self._require_stateful()
        with self.unchanged_on_failure(), damage_is_explained():
            for key, part in self._memories.items():
                part.load_state_dict(state[key])

    def _require_stateful(self) -> None:
        for key, part in self._memories.items():
            require_contract(part, Stateful, f'tracker.{key}')

    def elapsed(
        self, last: FrameInfo | None, now: FrameInfo, num_coasted: int, passed: int
    ) -> tuple[int, float, float | None]:
        """Find the time that passed since the last frame.

        Without a `LowFrameRate` the motion model takes each frame for the next one, as
        published.

        Args:
            last: Number, rate and size of the last frame; None before the first.
            now: Number, rate and size of this frame.
            num_coasted: Frames since the last one in which the network ran.
            passed: Frames that passed, 1 unless time stamps say more.

        Returns:
            Frames by which the tracker's count grows; time for the motion model, in the
            frames that its velocities are counted in; and, where so much time passed
            that appearance comes before overlap, the largest cosine distance of a pair
            made by overlap, otherwise None.
        """
        if self.low_frame_rate is None or last is None:
            return passed, 1.0, None
        frames = max(passed, now.frame_id - last.frame_id)
        mode = self.low_frame_rate
        step = mode.step(now.exact_rate, frames)
        appearance_first = mode.appearance_first(step * (num_coasted + 1))
        return frames, step, mode.embed_thr if appearance_first else None

    def follow_camera(
        self,
        tracks: TrackTable,
        img: Tensor | None,
        data_sample: DetDataSample,
        tlwh: np.ndarray,
    ) -> TrackTable:
        """Carry all tracks over into the view that the camera has now.

        Args:
            tracks: Tracks in pixels of the last frame.
            img: (1, 3, H, W) RGB in [0, 1], network input of this frame.
            data_sample: Data sample of this frame.
            tlwh: (D, 4) left, top, width, height of the people in this frame, in
                pixels of the original frame.

        Returns:
            The tracks in pixels of this frame.

        Raises:
            DataError: There is no image, and camera motion needs one.
        """
        if self.camera_motion is None:
            return tracks
        if img is None:
            raise DataError(
                'a tracker with `camera_motion` needs the image of every frame: call '
                'track(data_sample, img=...), as FairMOT does'
            )
        matrix = self.camera_motion.estimate(img, data_sample.metainfo, tlwh)
        mean, cov = self.motion.warp(tracks.mean, tracks.cov, matrix)
        return replace(tracks, mean=mean, cov=cov)

    def recall(self, before: TrackTable, tracks: TrackTable, time: float) -> TrackTable:
        """Give tracks that were just confirmed the identity of a person who returned.

        Args:
            before: T tracks before the update by the detections of the frame.
            tracks: The same tracks after the update.
            time: Seconds since the start of the video.

        Returns:
            The T tracks with these identities.
        """
        rows = np.flatnonzero(tracks.confirmed & ~before.confirmed)
        if self.gallery is None or len(rows) == 0:
            return tracks
        known = self.gallery.recall(tracks.labels[rows], tracks.embeds[rows], time)
        ids = tracks.ids.copy()
        ids[rows] = np.where(known > 0, known, ids[rows])
        return replace(tracks, ids=ids)

    def remember(self, before: TrackTable, after: TrackTable, time: float) -> None:
        """Put confirmed tracks that ended into the gallery.

        Args:
            before: All tracks.
            after: The tracks that remain.
            time: Seconds since the start of the video.
        """
        if self.gallery is None:
            return
        ended = before.take(before.confirmed & ~np.isin(before.ids, after.ids))
        self.gallery.add(ended.ids, ended.labels, ended.embeds, time)
