"""The parts of a tracker that may be left out, and what they do to its tracks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from mmdet.structures import DetDataSample
from torch import Tensor

from fairmot_mm.models.trackers.detections import FramePlace
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import DataError

PartConfig = dict[str, Any] | None


class Pace(NamedTuple):
    """How far it is from the last frame to this one.

    Attributes:
        frames: Frames that time is counted in; 1 as published.
        step: Steps of the motion model; 1 as published.
        embed_thr: Largest cosine distance of what overlaps; None, looks play no part in
            it, as published.
    """

    frames: int = 1
    step: float = 1.0
    embed_thr: float | None = None

    @property
    def looks_first(self) -> bool:
        """Whether looks come before overlap."""
        return self.embed_thr is not None


class OptionalParts:
    """Camera motion, gallery and low frame rate; a part that is None changes nothing.

    Args:
        motion: The motion model, already built.
        camera_motion: Config of a `CameraMotion`.
        gallery: Config of a `ReentryGallery`.
        low_frame_rate: Config of a `LowFrameRate`.
    """

    def __init__(
        self,
        motion: Any,
        camera_motion: PartConfig,
        gallery: PartConfig,
        low_frame_rate: PartConfig,
    ) -> None:
        self.motion = motion
        self.camera_motion, self.gallery, self.low_frame_rate = (
            None if part is None else TASK_UTILS.build(part)
            for part in (camera_motion, gallery, low_frame_rate)
        )

    @contextmanager
    def unchanged_on_failure(self) -> Iterator[None]:
        """Take the parts back to where they were if the frame cannot be finished.

        The parts replace what they know of the video and never change it in place.
        """
        parts = [p for p in (self.camera_motion, self.gallery) if p is not None]
        before = [dict(vars(part)) for part in parts]
        try:
            yield
        except BaseException:
            for part, values in zip(parts, before, strict=True):
                vars(part).update(values)
            raise

    def reset(self) -> None:
        """Forget the video."""
        for part in (self.camera_motion, self.gallery):
            if part is not None:
                part.reset()

    def require_image(self, img: Tensor | None) -> None:
        """Check that there is an image where one is needed.

        Raises:
            DataError: There is none.
        """
        if self.camera_motion is not None and img is None:
            raise DataError(
                'a tracker with `camera_motion` needs the image of every frame: call '
                'track(data_sample, img=...), as FairMOT does'
            )

    def pace(self, last: FramePlace | None, now: FramePlace, num_coasted: int) -> Pace:
        """Find out how far it is to a frame.

        Args:
            last: Of the last frame; None before the first.
            now: Of this frame.
            num_coasted: Frames since the last one in which people were looked for.
        """
        if self.low_frame_rate is None or last is None:
            return Pace()
        frames = now.frame_id - last.frame_id
        mode = self.low_frame_rate
        step = mode.step(now.frame_rate, frames)
        looks_first = mode.trusts_looks(step * (num_coasted + 1))
        return Pace(frames, step, mode.embed_thr if looks_first else None)

    def follow_camera(
        self,
        tracks: TrackTable,
        img: Tensor | None,
        data_sample: DetDataSample,
        tlwh: np.ndarray,
    ) -> TrackTable:
        """Carry all tracks over into the view that the camera has now.

        Args:
            tracks: In the view of the last frame.
            img: Network input of this frame, (1, 3, H, W).
            data_sample: Of this frame.
            tlwh: (D, 4) boxes of people in this frame.
        """
        if self.camera_motion is None:
            return tracks
        matrix = self.camera_motion.estimate(img, data_sample.metainfo, tlwh)
        mean, cov = self.motion.warp(tracks.mean, tracks.cov, matrix)
        return replace(tracks, mean=mean, cov=cov)

    def recall(self, before: TrackTable, tracks: TrackTable, time: float) -> TrackTable:
        """Give tracks that were just confirmed the identity of who has returned.

        Args:
            before: T tracks before the detections of the frame.
            tracks: The same tracks after them.
            time: Seconds since the start.
        """
        rows = np.flatnonzero(tracks.confirmed & ~before.confirmed)
        if self.gallery is None or len(rows) == 0:
            return tracks
        known = self.gallery.recall(tracks.labels[rows], tracks.embeds[rows], time)
        ids = tracks.ids.copy()
        ids[rows] = np.where(known > 0, known, ids[rows])
        return replace(tracks, ids=ids)

    def remember(self, before: TrackTable, after: TrackTable, time: float) -> None:
        """Keep the confirmed tracks in mind that were lost for too long.

        Args:
            before: All tracks.
            after: Those that go on.
            time: Seconds since the start.
        """
        if self.gallery is None:
            return
        ended = before.take(before.confirmed & ~np.isin(before.ids, after.ids))
        self.gallery.add(ended.ids, ended.labels, ended.embeds, time)
