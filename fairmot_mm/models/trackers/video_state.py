"""What a tracker knows about a video between two frames."""

import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from mmdet.structures import DetDataSample

from fairmot_mm.models.trackers.detections import Detections
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.utils import DataError


class FrameInfo(NamedTuple):
    """Number, rate and size of a frame.

    Attributes:
        frame_id: Index of the frame within the video, from 0.
        frame_rate: Frames a second, rounded to a whole number as published; how long a
            lost track is kept follows from it.
        exact_rate: Frames a second; the time between frames follows from it.
        size: Width and height in pixels; None if the data sample does not say.
        time: Seconds from the start of the video; None where frames come at the frame
            rate, so that their number says it.
    """

    frame_id: int
    frame_rate: float
    exact_rate: float
    size: tuple[int, int] | None
    time: float | None = None

    @classmethod
    def from_data_sample(cls, data_sample: DetDataSample) -> 'FrameInfo':
        """Read and check the metainfo of a data sample.

        Args:
            data_sample: Metainfo: `frame_id`; `frame_rate` (30 if absent) and
                `exact_frame_rate` (as `frame_rate` if absent); `ori_shape` (height,
                width) in pixels, needed where the size of frames may change;
                `timestamp` in seconds from the start of the video, where frames do not
                come at the frame rate.

        Returns:
            The values.

        Raises:
            DataError: `frame_id` is missing or negative, or a rate or `timestamp` is no
                number that can be used.
        """
        metainfo = data_sample.metainfo
        try:
            frame_id = operator.index(metainfo['frame_id'])
        except (KeyError, TypeError):
            frame_id = -1
        if frame_id < 0:
            raise DataError(
                f'frame_id={metainfo.get("frame_id")} in the metainfo of the data '
                'sample must be the index of the frame in its video, a whole number '
                'from 0'
            )
        frame_rate = _rate(metainfo, 'frame_rate', 30)
        exact_rate = _rate(metainfo, 'exact_frame_rate', frame_rate)
        time = metainfo.get('timestamp')
        if time is not None and not 0 <= (time := _real(time)) < math.inf:
            raise DataError(
                f'timestamp={metainfo["timestamp"]!r} of the data sample must be a '
                'number of seconds from 0 on'
            )
        height, width = metainfo.get('ori_shape', (0, 0))[:2]
        size = (width, height) if width and height else None
        return cls(frame_id, frame_rate, exact_rate, size, time)


def _rate(metainfo: Mapping[str, Any], key: str, default: float) -> float:
    """A frame rate of a metainfo."""
    rate = _real(metainfo.get(key, default))
    if not 0 < rate < math.inf:
        raise DataError(
            f'{key}={metainfo[key]!r} of the data sample must be a number above 0'
        )
    return rate


def _real(value: object) -> float:
    """A number as a float; NaN for anything else, also for text."""
    if isinstance(value, str | bytes | bool):
        return math.nan
    try:
        return float(value)  # type: ignore[arg-type]  # also of an array of one number
    except (TypeError, ValueError):
        return math.nan


@dataclass(frozen=True)
class VideoState:
    """A video up to a frame; the next frame makes a new state.

    Attributes:
        tracks: Live tracks; None before the first frame.
        num_frames: Frames so far.
        num_ids: Identities so far.
        last: Number, rate and size of the last frame; None before the first.
        num_coasted: Frames since the last one in which the network ran.
    """

    tracks: TrackTable | None = None
    num_frames: int = 0
    num_ids: int = 0
    last: FrameInfo | None = None
    num_coasted: int = 0

    def frames_to(self, info: FrameInfo) -> int:
        """Count the frames by which a frame is later than the last one.

        Args:
            info: Number, rate, size and time of the frame.

        Returns:
            1, as published, or what the time stamp says. Times are counted from the
            start, so that the parts of a frame that rounding loses do not add up.
        """
        if info.time is None:
            return 1
        return max(1, round(info.time * info.exact_rate) + 1 - self.num_frames)

    def require_next(self, info: FrameInfo, detections: Detections) -> None:
        """Check that a frame can follow the last one.

        Args:
            info: Number, rate and size of the frame.
            detections: Detections of the frame.

        Raises:
            DataError: The number of the frame is not above that of the last frame, or
                its embeddings have another length than those of the tracks.
        """
        if self.last is not None and info.frame_id <= self.last.frame_id:
            raise DataError(
                f'frame_id={info.frame_id} comes after {self.last.frame_id}: pass '
                'frames in order, and call reset() before another video'
            )
        if not (self.tracks and detections):
            return
        channels, found = self.tracks.embeds.shape[1], detections.embeds.shape[1]
        if channels != found:
            raise DataError(
                f'embeds have {found} channels, those of the tracks {channels}: call '
                'reset() before another model'
            )
