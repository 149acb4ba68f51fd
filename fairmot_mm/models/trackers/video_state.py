"""What a tracker knows about a video between two frames."""

from dataclasses import dataclass

from fairmot_mm.models.trackers.detections import Detections
from fairmot_mm.models.trackers.frame_info import FrameInfo
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.utils import DataError


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
                f'frame_id={info.frame_id} comes after {self.last.frame_id}: hand '
                'frames over in order, and call reset() before another video'
            )
        if not (self.tracks and detections):
            return
        channels, found = self.tracks.embeds.shape[1], detections.embeds.shape[1]
        if channels != found:
            raise DataError(
                f'embeds have {found} channels, those of the tracks {channels}: call '
                'reset() before another model'
            )
