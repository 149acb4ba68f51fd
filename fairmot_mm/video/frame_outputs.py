"""What a whole run counts and writes, whatever files its frames are in."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from fairmot_mm.exports.count_board import CountBoard
from fairmot_mm.exports.crop_writer import CropWriter
from fairmot_mm.exports.json_lines_writer import JSONLinesStream
from fairmot_mm.exports.track_counter import TrackCounter
from fairmot_mm.exports.tracked_frame import TrackedFrame, TrackedVideo
from fairmot_mm.video.output_options import OutputOptions


class FrameOutputs:
    """Counts tracks, and writes crops and a stream of JSON lines.

    Args:
        options: What to count and to write.
        video: The source as a video.
        crops: Folder of the crops, or None.
        grows: Whether the folder of the crops has its name from the first crop on.

    Attributes:
        crops: Writes the crops, or None.

    Raises:
        ConfigError: A package that is needed is not installed.
    """

    def __init__(
        self,
        options: OutputOptions,
        video: TrackedVideo,
        crops: Path | None,
        grows: bool,
    ) -> None:
        self._video = video
        self._counter = (
            TrackCounter(options.lines, options.zones) if options.counts else None
        )
        self.crops = (
            CropWriter(crops, video, options.crops_per_track, grows) if crops else None
        )
        self._stream = (
            JSONLinesStream(options.stream, video) if options.stream else None
        )

    @property
    def board(self) -> CountBoard | None:
        """What was counted so far; None if nothing is counted."""
        return self._counter.board(self._video) if self._counter else None

    def count(self, frame: TrackedFrame) -> TrackedFrame:
        """Count who crosses a line or zone in the next frame.

        Args:
            frame: The frame.

        Returns:
            The frame with its events and counts.

        Raises:
            ConfigError: A point of a line or zone is not in the picture.
        """
        if self._counter is None:
            return frame
        events = (*self._counter.update(frame),)
        return replace(frame, events=events, board=self.board)

    def write(self, frame: TrackedFrame, picture: np.ndarray | None) -> None:
        """Write the crops and the line of the next frame.

        Args:
            frame: What `count` gave.
            picture: (H, W, 3) uint8 BGR, without a drawing; only crops need it.

        Raises:
            OutputError: A crop cannot be written.
            BrokenPipeError: Nobody reads the stream any more.
        """
        if self._stream:
            self._stream.write(frame)
        if self.crops and picture is not None:
            self.crops.write(frame, picture)

    def close(self) -> None:
        """Finish the crops.

        Raises:
            OutputError: A crop cannot be written.
        """
        if self.crops:
            self.crops.close()
