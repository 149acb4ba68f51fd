"""Everything that is written of tracked frames beside the text and the mp4."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from fairmot_mm.exports.count_writer import CountWriter
from fairmot_mm.exports.crop_writer import CropWriter
from fairmot_mm.exports.json_lines_writer import JSONLinesStream
from fairmot_mm.exports.open_writer import FORMS, open_writer
from fairmot_mm.exports.track_counter import TrackCounter
from fairmot_mm.exports.track_writer import TrackWriter
from fairmot_mm.exports.tracked_frame import TrackedFrame, TrackedVideo
from fairmot_mm.video.output_options import OutputOptions
from fairmot_mm.visualization.count_drawing import draw_counts


class FrameOutputs:
    """Counts, and writes exports, counts, crops and JSON lines of one video.

    Args:
        options: What to write.
        video: The video.
        paths: File of each ending of `OutputOptions.endings`; empty if there is no
            folder.
        crops: Folder of the crops, or None.

    Raises:
        ConfigError: A package that an output needs is not installed.
    """

    def __init__(
        self,
        options: OutputOptions,
        video: TrackedVideo,
        paths: Mapping[str, Path],
        crops: Path | None,
    ) -> None:
        self.video = video
        self.counter = (
            TrackCounter(options.lines, options.zones) if options.counts else None
        )
        self.writers: list[TrackWriter] = [
            open_writer(form, paths[ending], video)
            for form, (ending, *_) in FORMS.items()
            if form in options.forms and ending in paths
        ]
        if self.counter and '.events.csv' in paths:
            events, sums = paths['.events.csv'], paths['.counts.csv']
            self.writers.append(CountWriter(events, sums, video, self.counter))
        self.crops = (
            CropWriter(crops, video, options.crops_per_track) if crops else None
        )
        self._stream = (
            JSONLinesStream(options.stream, video) if options.stream else None
        )

    @property
    def is_used(self) -> bool:
        """Whether there is anything to write or to count."""
        return bool(self.files or self.counter or self._stream)

    @property
    def files(self) -> list[TrackWriter | CropWriter]:
        """The writers of files."""
        return [*self.writers, *([self.crops] if self.crops else [])]

    def count(self, frame: TrackedFrame) -> TrackedFrame:
        """Count who crosses a line or zone in the next frame.

        Args:
            frame: The frame.

        Returns:
            The frame with its events, for `write`.

        Raises:
            ConfigError: A point of a line or zone is not in the picture.
        """
        if self.counter is None:
            return frame
        return replace(frame, events=tuple(self.counter.update(frame)))

    def write(self, frame: TrackedFrame) -> None:
        """Write the next frame in all forms, except crops.

        Args:
            frame: What `count` gave.

        Raises:
            OutputError: A file cannot be written.
            BrokenPipeError: Nobody reads the stream any more.
        """
        for writer in self.writers:
            writer.write(frame)
        if self._stream:
            self._stream.write(frame)

    def draw(self, canvas: np.ndarray) -> None:
        """Draw the lines and zones with their counts.

        Args:
            canvas: (H, W, 3) uint8 BGR, changed in place.
        """
        if self.counter:
            draw_counts(canvas, self.counter.shapes, self.count_texts())

    def count_texts(self) -> dict[str, Sequence[str]]:
        """A text for each class at each line and zone, by the names of these."""
        texts: dict[str, list[str]] = {}
        for count in self.counter.counts if self.counter else ():
            text = (
                f'{count.line} {self.video.class_name(count.label)}: '
                f'{count.entered} in, {count.left} out'
            )
            if count.inside is not None:
                text += f', {count.inside} inside'
            texts.setdefault(count.line, []).append(text)
        return {**texts}

    def close(self) -> None:
        """Finish all files, even if one of them cannot be written.

        Raises:
            OutputError: A file cannot be written.
        """
        with ExitStack() as stack:
            for writer in self.files:
                stack.callback(writer.close)
