"""Decoding a video file or a stream."""

import warnings
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from fairmot_mm.utils import VideoError
from fairmot_mm.utils.threads import codec_threads
from fairmot_mm.utils.urls import is_url, without_secrets
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_index import FrameIndex
from fairmot_mm.video.image_source import warn_of_damage
from fairmot_mm.video.pyav import import_av
from fairmot_mm.video.stream_errors import NO_PARTS, needs_parts, stream_error
from fairmot_mm.video.time_stamps import TimeStamps
from fairmot_mm.video.video_picture import VideoPicture

if TYPE_CHECKING:
    from av import VideoFrame

# Seconds that a stream may take to connect.
_OPEN_TIMEOUT = 10.0
# Formats in which a server says that a live stream is over.
_FORMATS_WITH_END = ('hls', 'dash')


class VideoReader:
    """Frames of the first video stream of a file or URL, decoded one by one.

    Iterating reads to the end and closes the video, so it can be done once. The pixels
    are those that ``cv2.VideoCapture`` gives.

    Args:
        location: Path or URL. Reading a file ends at its first damaged packet. In a URL
            damaged packets are left out, because live streams start between key frames
            and lose packets.
        skip_damaged: Whether damaged packets of a file are left out, too.
        timeout: Seconds that a URL may take to deliver the next packet.
        file: The opened file, as of an object store, for which ``location`` is then
            only a name; None opens ``location``.

    Attributes:
        location: Path or URL as text, as it may be shown: without user and password.
        frame_rate: Mean number of frames a second; None if it is not known.
        length: Number of frames, as announced or from the duration; None if it is not
            known.
        is_live: Whether the location is a URL of unknown length and size.
        may_end: Whether the format says where a live stream ends. The end of any other
            one looks like that of its server.
        pixel_aspect: Width of a pixel divided by its height.
        has_sound: Whether the video has an audio stream.

    Raises:
        VideoError: PyAV is missing, or ``location`` cannot be opened as a video.
    """

    def __init__(
        self,
        location: str | Path,
        skip_damaged: bool = False,
        timeout: float = 30,
        file: BinaryIO | None = None,
    ) -> None:
        av = import_av()
        location = str(location)
        self.location = without_secrets(location)
        self._is_url = file is None and is_url(location)
        self._timeout = timeout
        self._skips = skip_damaged or self._is_url
        is_rtsp = location.startswith('rtsp')
        try:
            self._container = av.open(
                # Without the prefix FFmpeg takes what is before a colon for a protocol.
                file or (location if self._is_url else f'file:{location}'),
                timeout=(_OPEN_TIMEOUT, timeout) if self._is_url else None,
                # Over UDP, the default, lost packets damage frames.
                options={'rtsp_transport': 'tcp'} if is_rtsp else {},
            )
        except av.error.FFmpegError as error:
            hint = 'check the address' if self._is_url else 'is it a complete video?'
            reason = stream_error(error, _OPEN_TIMEOUT)
            raise VideoError(
                f'{self.location} cannot be opened as a video: {reason}; {hint}'
            ) from error
        if not self._container.streams.video:
            self._container.close()
            raise VideoError(f'{self.location} has no video stream in it')
        self._stream = self._container.streams.video[0]
        self.pixel_aspect = Fraction(self._stream.sample_aspect_ratio or 1)
        self.has_sound = bool(self._container.streams.audio)
        rate = self._stream.average_rate or self._stream.guessed_rate
        self.frame_rate: Fraction | None = rate or None
        self.length: int | None = self._stream.frames or None
        no_stamps = av.format.Flags.no_timestamps.value
        self._has_stamps = not self._container.format.flags & no_stamps
        if self.length is None and self.frame_rate and self._container.duration:
            seconds = self._container.duration / av.time_base
            self.length = round(seconds * self.frame_rate)
        endless = self._is_url and self.length is None
        self.is_live = endless and self._container.size <= 0
        self.may_end = self._container.format.name in _FORMATS_WITH_END
        if self.is_live and not self._has_stamps:
            self.frame_rate = None  # the format's own default, not that of the camera
        self._stream.codec_context.thread_count = codec_threads()
        # Threads that decode a frame each are faster, but hold back as many frames.
        self._stream.thread_type = 'SLICE' if endless else 'AUTO'

    def __iter__(self) -> Iterator[np.ndarray]:
        """Decode to the end, see `frames`.

        Yields:
            The images of the frames, each (H, W, 3) uint8 BGR.
        """
        return (frame.image for frame in self.frames())

    def frames(self) -> Iterator[Frame]:
        """Decode to the end.

        Yields:
            The frames in order.

        Raises:
            VideoError: A packet is damaged, or the stream breaks off. The message says
                after which frame; all frames up to there have been yielded.
        """
        av = import_av()
        location, count, skipped, left_out = self.location, 0, 0, 0
        damage: Exception | None = None
        stamps = TimeStamps(
            1 / self.frame_rate if self.frame_rate and not self.is_live else None
        )
        with self._container:
            try:
                for frame in self._decode():
                    if isinstance(frame, Exception):
                        skipped += 1
                        damage = damage or frame
                        continue
                    since = stamps.since_start(_seconds(frame))
                    place = count + left_out + skipped
                    yield Frame(
                        VideoPicture(frame, self.location),
                        self.location,
                        time=self._time(since, place),
                        skipped=skipped,
                    )
                    count, left_out, skipped = count + 1, left_out + skipped, 0
            except av.error.FFmpegError as error:
                reason = stream_error(error, self._timeout)
                end = f'{reason}; the frames up to there are kept'
                if count == 0 and not self.is_live and needs_parts(location, error):
                    end = NO_PARTS
                raise VideoError(
                    f'{location} cannot be read beyond frame {count}: {end}'
                ) from error
            finally:
                warn_of_damage(self.location, left_out + skipped, damage)
                stamps.warn(self.location)
            announced = self._stream.frames
        if count + left_out + skipped < announced:
            warnings.warn(
                f'{self.location} announces {announced} frames, {count} could be read: '
                'it may be cut off or damaged',
                stacklevel=2,
            )

    def index(self) -> FrameIndex | None:
        """Read where the frames are, without decoding them, and close the video.

        Returns:
            The index; None if the container does not say it for each frame.

        Raises:
            VideoError: The video breaks off.
        """
        av = import_av()
        with self._container:
            try:
                packets = [
                    (packet.pts, packet.is_keyframe, packet.is_discard)
                    for packet in self._container.demux(self._stream)
                    if packet.size
                ]
            except av.error.FFmpegError as error:
                raise VideoError(
                    f'{self.location} cannot be read: {error.strerror}'
                ) from error
        return FrameIndex.of_packets(packets)

    def chunk(self, index: FrameIndex, first: int, stop: int) -> Iterator[Frame]:
        """Decode some frames and close the video.

        Args:
            index: What `index` gave for this video.
            first: Place of the first frame, from 0; a key frame.
            stop: Place after the last frame.

        Yields:
            The frames in order, with their numbers in the whole video; times count from
            the first of them.

        Raises:
            VideoError: A frame is damaged, or is not where the index has it.
        """
        av = import_av()
        start = int(index.times[first])
        expected = first
        with self._container:
            self._container.seek(start, stream=self._stream)
            try:
                for frame in self._decode():
                    if isinstance(frame, Exception):
                        continue  # the gap in the places tells of it
                    if frame.pts is None or frame.pts < start:
                        continue
                    place = index.place(frame.pts)
                    if place is None or (place > expected and not self._skips):
                        raise VideoError(
                            f'{self.location} has no frame {expected + 1} where its '
                            'index says: track it with --no-split'
                        )
                    if place >= stop:
                        break
                    since = (frame.pts - start) * Fraction(self._stream.time_base or 1)
                    yield Frame(
                        VideoPicture(frame, self.location),
                        self.location,
                        number=place + 1,
                        time=self._irregular(since, place - first),
                        skipped=place - expected,
                    )
                    expected = place + 1
            except av.error.FFmpegError as error:
                raise VideoError(
                    f'{self.location} cannot be read beyond frame {expected}: '
                    f'{error.strerror}'
                ) from error
        if expected < stop and not self._skips:
            raise VideoError(f'{self.location} cannot be read beyond frame {expected}')

    def close(self) -> None:
        """Close the file, whose frames are not read."""
        self._container.close()

    def _decode(self) -> Iterator['VideoFrame | Exception']:
        """Frames as PyAV has them; an error for a damaged packet that is left out."""
        av = import_av()
        for packet in self._container.demux(self._stream):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError as error:
                if not self._skips:
                    raise
                if not self._is_url:  # a stream says nothing about what it lost
                    yield error
                continue
            yield from frames

    def _time(self, time: Fraction | None, place: int) -> Fraction | None:
        """Time stamp of a live frame, None without; `_irregular` of other frames."""
        if self.is_live:
            return time if self._has_stamps else None
        return self._irregular(time, place)

    def _irregular(self, time: Fraction | None, place: int) -> Fraction | None:
        """Time of a frame, in seconds from the first; None if its place says it.

        A container rounds times to its ticks (Matroska to milliseconds). What lies that
        near to a multiple of the frame interval is taken for it.
        """
        if time is None or self.frame_rate is None:
            return None
        nearest = round(time * self.frame_rate)
        tick = self._stream.time_base or 0
        if abs(time - nearest / self.frame_rate) > tick:
            return time
        return None if nearest == place else nearest / self.frame_rate


def _seconds(frame: 'VideoFrame') -> Fraction | None:
    """Time stamp of a frame in seconds, or None."""
    if frame.pts is None or frame.time_base is None:
        return None
    return frame.pts * Fraction(frame.time_base)
