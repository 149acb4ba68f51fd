"""The files of one name: text, exports, counts and mp4."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from mmengine.structures import InstanceData

from fairmot_mm.exports.count_writer import CountWriter
from fairmot_mm.exports.open_writer import FORMS, open_writer
from fairmot_mm.exports.track_writer import TrackWriter
from fairmot_mm.exports.tracked_frame import TrackedFrame, TrackedVideo
from fairmot_mm.video.frame_source import FrameSource
from fairmot_mm.video.mot_writer import MOTWriter
from fairmot_mm.video.output_options import OutputOptions
from fairmot_mm.video.video_encoding import VideoEncoding
from fairmot_mm.video.video_writer import VideoWriter


class WrittenFile(NamedTuple):
    """A result file that is complete and has its name.

    Attributes:
        path: The file, or the folder of the crops.
        num_frames: Number of frames that were looked at for it.
        num_items: Number of items in it.
        item: What an item is: a frame, an event or a crop.
    """

    path: Path
    num_frames: int
    num_items: int
    item: str = 'frame'


@dataclass(frozen=True)
class ResultFrame:
    """What is written of a frame.

    Attributes:
        number: Number of the frame in result files.
        frame_id: Place of the frame in the source, from 0.
        time: Seconds of the source, where the place does not say them.
        tracks: See `ResultWriter.write`.
        tracked: The tracks with what was counted; None if nothing needs them.
        picture: (H, W, 3) uint8 BGR with the drawing; None if there is no mp4.
    """

    number: int
    frame_id: int
    time: Fraction | None
    tracks: InstanceData
    tracked: TrackedFrame | None
    picture: np.ndarray | None = None


class FileSet(Protocol):
    """The files of a source, or of one segment of it after another."""

    @property
    def written(self) -> list[WrittenFile]:
        """The files with at least one frame; they are complete after `close`."""

    def write(self, frame: ResultFrame) -> None:
        """Write the next frame to all files.

        Args:
            frame: The frame.

        Raises:
            OutputError: A file cannot be written.
        """

    def close(self) -> None:
        """Finish all files, even if one of them cannot be written.

        Raises:
            OutputError: A file cannot be written; the part that was written is kept.
        """


class ResultFiles:
    """Writes the files of one name, see `FileSet`.

    Of a live source, the text, the CSV, the JSON lines, the events and the mp4 have
    their names from the first frame on, so that others can follow them.

    Args:
        source: The source.
        name: Name of the files, which is that of the video in them.
        paths: File of each ending of `OutputOptions.endings`.
        classes: Names of the classes.
        options: Whether anything is counted.
        encoding: How the mp4 is compressed.
        starts_late: Whether the source began before the first frame of these files: the
            mp4 begins with that frame.
        claims: The reservation of the files, which ends in `close`.

    Raises:
        ConfigError: A package that a form needs is not installed.
    """

    def __init__(
        self,
        source: FrameSource,
        name: str,
        paths: Mapping[str, Path],
        classes: tuple[str, ...],
        options: OutputOptions,
        encoding: VideoEncoding | None,
        starts_late: bool,
        claims: ExitStack,
    ) -> None:
        self._start = None if starts_late else Fraction(0)  # seconds of the source
        # The mp4 is the only video of these frames: their places are those in it.
        self._counts_places = starts_late or source.live
        self._num_frames = 0
        self._text: MOTWriter | None = None
        self._counts: CountWriter | None = None
        self._video: VideoWriter | None = None
        self._files = ExitStack()
        self._files.push(claims.pop_all())
        video = TrackedVideo(name, classes, float(source.frame_rate))
        try:
            self._exports = self._open_exports(video, paths, source.live)
            if options.counts:
                events, sums = paths['.events.csv'], paths['.counts.csv']
                self._counts = CountWriter(events, sums, video, source.live)
                self._files.callback(self._counts.close)
            if '.txt' in paths:
                self._text = MOTWriter(paths['.txt'], len(classes) > 1, source.live)
                self._files.callback(self._text.close)
            if '.mp4' in paths:
                self._video = VideoWriter(
                    paths['.mp4'],
                    source.frame_rate,
                    source.pixel_aspect,
                    encoding,
                    source.live,
                )
                self._files.callback(self._video.close)
        except BaseException:
            self._files.close()
            raise

    def _open_exports(
        self, video: TrackedVideo, paths: Mapping[str, Path], grows: bool
    ) -> list[TrackWriter]:
        """The writers of the forms beside the text."""
        exports: list[TrackWriter] = [
            open_writer(form, paths[ending], video, grows)
            for form, (ending, *_) in FORMS.items()
            if ending in paths
        ]
        for writer in exports:
            self._files.callback(writer.close)
        return exports

    @property
    def written(self) -> list[WrittenFile]:
        """See `FileSet.written`."""
        files = [
            WrittenFile(each.path, each.num_frames, each.num_frames)
            for each in (self._text, *self._exports, self._video)
            if each is not None
        ]
        if self._counts:
            found = self._counts
            files.append(
                WrittenFile(found.path, found.num_frames, found.num_events, 'event')
            )
        return [file for file in files if file.num_frames]

    def write(self, frame: ResultFrame) -> None:
        """See `FileSet.write`."""
        tracked = frame.tracked
        if tracked is not None:
            if self._counts_places:
                tracked = replace(tracked, index=self._num_frames)
            for export in self._exports:
                export.write(tracked)
            if self._counts:
                self._counts.write(tracked)
        if self._text:
            self._text.write(frame.number, frame.tracks)
        if self._video:
            assert frame.picture is not None
            self._video.write(frame.picture, time=self._video_time(frame))
        self._num_frames += 1

    def _video_time(self, frame: ResultFrame) -> Fraction:
        """Seconds from the beginning of the mp4."""
        assert self._video
        time = frame.time
        if time is None:
            time = frame.frame_id / self._video.frame_rate
        self._start = time if self._start is None else self._start
        return time - self._start

    def close(self) -> None:
        """See `FileSet.close`. A second call does nothing."""
        self._files.close()
