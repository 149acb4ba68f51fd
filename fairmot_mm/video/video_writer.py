"""Writing an mp4 that browsers can play."""

import os
import struct
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fairmot_mm.utils import OutputError, atomic_path
from fairmot_mm.utils.atomic import growing_path
from fairmot_mm.utils.contracts import require_range
from fairmot_mm.utils.threads import available_cores
from fairmot_mm.video.pyav import import_av
from fairmot_mm.video.video_encoding import VideoEncoding

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

# Frames a second; more is a mistake, and an mp4 cannot tell their times apart.
MAX_FRAME_RATE = 10_000
_ENCODER = 'libx264'
# Fragments of a second (in microseconds).
_FRAGMENTS = {
    'movflags': 'empty_moov+default_base_moof+delay_moov',
    'frag_duration': '1000000',
    'flush_packets': '1',  # a killed program leaves what it has written
}
# ITU-T H.273 code of BT.709, for colour space, primaries and transfer alike.
_BT709 = 1


class VideoWriter:
    """Writes BGR frames to an H.264 mp4.

    The file gets its name in `close`, so an unfinished file is never read, unless it
    ``grows``. If no frame was written there is no file. The index of the finished file
    is at its beginning, so that playing can start before the whole file is loaded.
    Before, the file consists of fragments of a second, each with its own index: memory
    does not grow with the length of the video, and if writing fails (a full disk) the
    fragments up to there are kept and can be played.

    Args:
        path: The mp4 file to make. Its folder is created.
        frame_rate: Frames a second.
        pixel_aspect: Width of a pixel divided by its height, for players.
        encoding: How the frames are compressed.
        grows: Whether the file has its name from the first frame on, so that others can
            play what is there.

    Attributes:
        num_frames: Number of frames written so far; after `close`, those in the file.

    Raises:
        VideoError: PyAV is not installed.
        ConfigError: ``frame_rate`` is not a number above 0.
        OutputError: PyAV was built without the H.264 encoder.
    """

    def __init__(
        self,
        path: str | Path,
        frame_rate: Fraction | float,
        pixel_aspect: Fraction | int = 1,
        encoding: VideoEncoding | None = None,
        grows: bool = False,
    ) -> None:
        require_range(above=0, high=MAX_FRAME_RATE, frame_rate=frame_rate)
        self.path = Path(path)
        self.frame_rate = Fraction(frame_rate).limit_denominator(100_000)
        self.pixel_aspect = Fraction(pixel_aspect)
        self.encoding = encoding or VideoEncoding()
        self.num_frames = 0
        self._create = growing_path if grows else atomic_path
        self._av = import_av()
        self._files = ExitStack()
        self._container: OutputContainer | None = None
        self._stream: VideoStream
        self._fragments: Path
        self._ticks = -1
        if _ENCODER not in self._av.codecs_available:
            raise OutputError(
                f'{self.path} cannot be written: this PyAV has no {_ENCODER} encoder; '
                'install the wheel (pip install --force-reinstall --only-binary av av) '
                'or track without video'
            )

    def write(
        self,
        image: np.ndarray,
        index: int | None = None,
        time: Fraction | None = None,
    ) -> None:
        """Append a frame.

        Args:
            image: (H, W, 3) uint8 BGR. The first frame fixes the size of the video.
                H.264 cannot store odd sizes: there, the last row or column is
                repeated. Later frames of another size are scaled into the first size
                and keep their aspect ratio.
            index: Place of the frame, in frame intervals from the start; it must be
                above that of the last frame. By default it is the next one. If a place
                is left out, the frame before is shown longer.
            time: Seconds from the start, where the place does not say when the frame is
                shown. It is kept to a tenth of a millisecond.

        Raises:
            OutputError: The file cannot be written; the frames up to about a second
                before are kept.
        """
        with self._output_errors():
            if self._container is None:
                self._container = self._open(*image.shape[:2])
            # The frame takes the pixels without a copy, and is converted at once.
            frame = self._av.VideoFrame.from_numpy_buffer(
                _fit(image, self._stream.height, self._stream.width), format='bgr24'
            )
            frame = frame.reformat(
                format='yuv420p',
                dst_colorspace='ITU709',
                dst_color_range='MPEG',
                threads=1,  # starting threads takes longer than they save
            )
            place = self.num_frames if index is None else index
            time = place / self.frame_rate if time is None else time
            self._ticks = max(self._ticks + 1, round(time / self._tick))
            frame.pts, frame.time_base = self._ticks, self._tick
            self._container.mux(self._stream.encode(frame))
            self.num_frames += 1

    @property
    def _tick(self) -> Fraction:
        """Unit of time in seconds: the frame interval is a multiple of it."""
        rate = self.frame_rate.numerator
        return Fraction(1, rate * max(1, round(10_000 / rate)))

    def close(self) -> None:
        """Finish the file and give it its name. A second call does nothing.

        Raises:
            OutputError: The file cannot be written; the frames up to about a second
                before are kept.
        """
        container, self._container = self._container, None
        if container is None:
            return
        try:
            with self._output_errors(), container:
                container.mux(self._stream.encode(None))
            _put_index_in_front(self._fragments)
        finally:
            self._files.close()

    def _open(self, height: int, width: int) -> 'OutputContainer':
        """Start the file for frames of this size in pixels."""
        self._fragments = self._files.enter_context(self._create(self.path))
        container = self._av.open(
            f'file:{self._fragments}', 'w', format='mp4', options=_FRAGMENTS
        )
        self._stream = container.add_stream(
            _ENCODER, rate=self.frame_rate, options=self.encoding.options
        )
        self._stream.codec_context.thread_count = (
            self.encoding.threads or available_cores()
        )
        self._stream.codec_context.time_base = self._tick
        self._stream.sample_aspect_ratio = self.pixel_aspect
        self._stream.width = width + width % 2
        self._stream.height = height + height % 2
        self._stream.pix_fmt = 'yuv420p'
        codec = self._stream.codec_context
        codec.color_range = 1  # 16-235, what players expect
        codec.colorspace = codec.color_primaries = codec.color_trc = _BT709
        return container

    @contextmanager
    def _output_errors(self) -> Iterator[None]:
        """Turn errors of the body into an `OutputError` that says what is kept."""
        try:
            yield
        except (self._av.error.FFmpegError, OSError) as error:
            if isinstance(error, OutputError):
                raise
            kept = self._keep_whole_fragments()
            raise OutputError(
                f'cannot write {self.path}: {error.strerror}; {kept}'
            ) from error

    def _keep_whole_fragments(self) -> str:
        """End the file where writing failed, and name it if it has frames.

        Returns:
            The end of the error message: how much is kept.
        """
        container, self._container = self._container, None
        if container is not None:
            with suppress(self._av.error.FFmpegError, OSError):
                container.close()  # it fails again, but releases the file
        with self._files as files:
            size = _size_of_whole_fragments(self._fragments)
            if size == 0:
                files.pop_all().__exit__(OutputError, None, None)
                self.num_frames = 0
                return 'no frame is kept'
            os.truncate(self._fragments, size)
            self.num_frames = _count_frames(self._fragments)
        return 'it is kept up to about a second before'


def _size_of_whole_fragments(path: Path) -> int:
    """Bytes of an mp4 up to the end of its last complete fragment; 0 without one."""
    end = whole = 0
    size = path.stat().st_size
    with path.open('rb') as file:
        while end + 8 <= size:
            file.seek(end)
            length, kind = struct.unpack('>I4s', file.read(8))
            end += max(length, 8)
            if kind == b'mdat' and end <= size:
                whole = end
    return whole


def _count_frames(path: Path) -> int:
    """Number of frames in a video file."""
    with import_av().open(f'file:{path}') as container:
        return sum(packet.size > 0 for packet in container.demux(video=0))


def _put_index_in_front(path: Path) -> None:
    """Turn fragments into an mp4 with one index, in which every player can seek.

    If the disk has no room for the copy, the fragments stay as they are.
    """
    av = import_av()
    copy = path.with_name(f'.{path.name.strip(".")}.copy')
    try:
        with (
            av.open(f'file:{path}') as source,
            av.open(
                f'file:{copy}', 'w', format='mp4', options={'movflags': 'faststart'}
            ) as target,
        ):
            stream = target.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(video=0):
                if packet.dts is not None:  # the last packet is empty
                    packet.stream = stream
                    target.mux(packet)
        copy.replace(path)
    except (av.error.FFmpegError, OSError) as error:
        warnings.warn(
            f'{path.parent} has no room to give the mp4 one index: {error.strerror}; '
            'the mp4 can be played, but some players cannot seek in it',
            stacklevel=2,
        )
    finally:
        copy.unlink(missing_ok=True)


def _fit(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Bring an image to (height, width, 3): enlarged by a pixel, or scaled and padded.

    An image that is one row or column too small (an odd size) gets its last one twice.
    """
    rows, columns = height - image.shape[0], width - image.shape[1]
    if rows == columns == 0:
        return np.ascontiguousarray(image)
    if rows not in (0, 1) or columns not in (0, 1):
        scale = min(height / image.shape[0], width / image.shape[1])
        size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        rows, columns = height - size[1], width - size[0]
        return cv2.copyMakeBorder(image, 0, rows, 0, columns, cv2.BORDER_CONSTANT)
    return cv2.copyMakeBorder(image, 0, rows, 0, columns, cv2.BORDER_REPLICATE)
