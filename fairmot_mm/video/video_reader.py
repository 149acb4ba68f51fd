"""Decoding a video file or a stream."""

import warnings
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fairmot_mm.utils import VideoError
from fairmot_mm.video.pyav import import_av

if TYPE_CHECKING:
    from av import VideoFrame

# Seconds a stream may take to connect, and to deliver the next packet.
_URL_TIMEOUT = (10.0, 30.0)


class VideoReader:
    """Frames of the first video stream of a file or URL, decoded one by one.

    Iterating reads to the end and closes the video, so it can be done once. The pixels
    are those that ``cv2.VideoCapture`` gives.

    Args:
        location: Path or URL. Reading a file ends at its first damaged packet. In a URL
            damaged packets are left out, because live streams start between key frames
            and lose packets.

    Attributes:
        location: Path or URL as text.
        frame_rate: Mean number of frames a second; None if it is not known.
        length: Number of frames, as announced or from the duration; None if it is not
            known.

    Raises:
        VideoError: PyAV is missing, or ``location`` cannot be opened as a video.
    """

    def __init__(self, location: str | Path) -> None:
        av = import_av()
        self.location = str(location)
        self._is_url = '://' in self.location
        is_rtsp = self.location.startswith('rtsp')
        try:
            self._container = av.open(
                self.location,
                timeout=_URL_TIMEOUT if self._is_url else None,
                # Over UDP, the default, lost packets damage frames.
                options={'rtsp_transport': 'tcp'} if is_rtsp else {},
            )
        except av.error.FFmpegError as error:
            hint = 'check the address' if self._is_url else 'is it a complete video?'
            raise VideoError(
                f'{location} cannot be opened as a video: {error.strerror}; {hint}'
            ) from error
        if not self._container.streams.video:
            self._container.close()
            raise VideoError(f'{location} has no video stream in it')
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = 'AUTO'
        rate = self._stream.average_rate or self._stream.guessed_rate
        self.frame_rate: Fraction | None = rate or None
        self.length: int | None = self._stream.frames or None
        if self.length is None and self.frame_rate and self._container.duration:
            seconds = self._container.duration / av.time_base
            self.length = round(seconds * self.frame_rate)

    def __iter__(self) -> Iterator[np.ndarray]:
        """Decode to the end.

        Yields:
            The frames in order, each (H, W, 3) uint8 BGR.

        Raises:
            VideoError: A packet is damaged, or the stream breaks off. The message says
                after which frame; all frames up to there have been yielded.
        """
        av = import_av()
        count = 0
        with self._container:
            try:
                for frame in self._decode():
                    yield _to_bgr(frame)
                    count += 1
            except av.error.FFmpegError as error:
                raise VideoError(
                    f'{self.location} cannot be read beyond frame {count}: '
                    f'{error.strerror}; the frames up to there are kept'
                ) from error
            announced = self._stream.frames
        if count < announced:
            warnings.warn(
                f'{self.location} announces {announced} frames, {count} could be read: '
                'it may be cut off or damaged',
                stacklevel=2,
            )

    def _decode(self) -> Iterator['VideoFrame']:
        """Frames as PyAV has them; damaged packets of a URL are left out."""
        av = import_av()
        for packet in self._container.demux(self._stream):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                if not self._is_url:
                    raise
                continue
            yield from frames


def _to_bgr(frame: 'VideoFrame') -> np.ndarray:
    """(H, W, 3) BGR, turned upright: phones store the rotation as metadata."""
    image = frame.to_ndarray(format='bgr24')
    quarter_turns = round(frame.rotation / 90) % 4  # counter-clockwise, as in rot90
    return np.ascontiguousarray(np.rot90(image, quarter_turns))
