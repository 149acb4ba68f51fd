"""The contract of what writes tracks to a file, frame by frame."""

from pathlib import Path
from typing import Protocol

from fairmot_mm.exports.tracked_frame import TrackedFrame


class TrackWriter(Protocol):
    """Writes the tracks of a video to one file; memory does not grow with its length.

    The file gets its name in `close`, so an unfinished file is never read, unless it
    was made to grow. If no frame was written there is no file.

    Attributes:
        path: The file.
        num_frames: Number of frames written so far; after `close`, those in the file.
    """

    path: Path
    num_frames: int

    def write(self, frame: TrackedFrame) -> None:
        """Append the tracks of the next frame.

        Args:
            frame: The frame; it comes after the last one.

        Raises:
            OutputError: The file cannot be written.
        """

    def close(self) -> None:
        """Finish the file and give it its name. A second call does nothing.

        Raises:
            OutputError: The file cannot be written.
        """
