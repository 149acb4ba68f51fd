"""All that a tracker knows of a video."""

from dataclasses import dataclass

from fairmot_mm.models.trackers.detections import Detections, FramePlace
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.utils import DataError


@dataclass(frozen=True)
class VideoState:
    """A video up to a frame; the next frame makes a new state.

    Attributes:
        tracks: Live tracks; None before the first frame.
        num_frames: Frames so far.
        num_ids: Identities so far.
        place: Where the last frame stood; None before the first.
        num_coasted: Frames since the last one in which people were looked for.
    """

    tracks: TrackTable | None = None
    num_frames: int = 0
    num_ids: int = 0
    place: FramePlace | None = None
    num_coasted: int = 0

    def require_next(self, place: FramePlace, detections: Detections) -> None:
        """Check that a frame can follow.

        Raises:
            DataError: Its number is not above the last one, or embeddings of another
                length than those of the tracks came with it.
        """
        if self.place is not None and place.frame_id <= self.place.frame_id:
            raise DataError(
                f'frame_id={place.frame_id} comes after {self.place.frame_id}: hand '
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
