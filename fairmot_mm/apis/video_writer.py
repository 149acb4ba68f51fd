"""Writing an mp4 that browsers play."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fairmot_mm.apis.pyav import import_av
from fairmot_mm.utils import OutputError, atomic_path

if TYPE_CHECKING:
    from av.container import OutputContainer

_ENCODER = 'libx264'
# Constant quality; 'veryfast' keeps the encoder from becoming the slowest part.
_ENCODER_OPTIONS = {'crf': '23', 'preset': 'veryfast'}
# ITU-T H.273 code of BT.709, for colour space, primaries and transfer alike.
_BT709 = 1


class VideoWriter:
    """Writes BGR frames to an H.264 mp4 under a temporary name.

    The file gets its name in `close`, so that a reader never meets an unfinished one.
    Without a frame no file is made. The index stands in front: playing can start while
    the file is still being loaded.

    Args:
        path: The mp4 file to make. Its folder is created.
        frame_rate: Frames a second.

    Raises:
        VideoError: PyAV is not installed.
        OutputError: It was built without the H.264 encoder.
    """

    def __init__(self, path: str | Path, frame_rate: Fraction | int) -> None:
        self.path = Path(path)
        self.frame_rate = Fraction(frame_rate)
        self._av = import_av()
        self._files = ExitStack()
        self._container: OutputContainer | None = None
        if _ENCODER not in self._av.codecs_available:
            raise OutputError(
                f'{self.path} cannot be written: this PyAV has no {_ENCODER} encoder; '
                'install the wheel (pip install --force-reinstall --only-binary av av) '
                'or track without video'
            )

    def write(self, image: np.ndarray) -> None:
        """Append a frame.

        Args:
            image: (H, W, 3) uint8 BGR. The first frame fixes the size of the video; a
                row or column is repeated where it is odd, which H.264 cannot store.
                Later frames of another size are scaled into it, keeping their shape.

        Raises:
            OutputError: The file cannot be written.
        """
        with self._output_errors():
            if self._container is None:
                self._container = self._open(*image.shape[:2])
            frame = self._av.VideoFrame.from_ndarray(
                _fit(image, self._stream.height, self._stream.width), format='bgr24'
            )
            frame = frame.reformat(
                format='yuv420p', dst_colorspace='ITU709', dst_color_range='MPEG'
            )
            frame.pts = self._num_frames
            frame.time_base = 1 / self.frame_rate
            self._container.mux(self._stream.encode(frame))
            self._num_frames += 1

    def close(self) -> None:
        """Finish the file and give it its name. Does nothing the second time.

        Raises:
            OutputError: The file cannot be written; nothing is left of it then.
        """
        container, self._container = self._container, None
        if container is None:
            return
        with self._output_errors(), self._files, container:
            container.mux(self._stream.encode(None))

    def _open(self, height: int, width: int) -> 'OutputContainer':
        temporary = self._files.enter_context(atomic_path(self.path))
        container = self._av.open(
            str(temporary), 'w', format='mp4', options={'movflags': 'faststart'}
        )
        self._num_frames = 0
        self._stream = container.add_stream(
            _ENCODER, rate=self.frame_rate, options=_ENCODER_OPTIONS
        )
        self._stream.width = width + width % 2
        self._stream.height = height + height % 2
        self._stream.pix_fmt = 'yuv420p'
        codec = self._stream.codec_context
        codec.color_range = 1  # 16-235, what players expect
        codec.colorspace = codec.color_primaries = codec.color_trc = _BT709
        return container

    @contextmanager
    def _output_errors(self) -> Iterator[None]:
        try:
            yield
        except (self._av.error.FFmpegError, OSError) as error:
            if isinstance(error, OutputError):
                raise
            raise OutputError(f'cannot write {self.path}: {error.strerror}') from error


def _fit(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Bring ``image`` to (height, width, 3): enlarged by a pixel, or scaled and padded.

    A frame that is one row or column short (an odd size) gets its last one repeated.
    """
    rows, columns = height - image.shape[0], width - image.shape[1]
    if rows not in (0, 1) or columns not in (0, 1):
        scale = min(height / image.shape[0], width / image.shape[1])
        size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        rows, columns = height - size[1], width - size[0]
        return cv2.copyMakeBorder(image, 0, rows, 0, columns, cv2.BORDER_CONSTANT)
    return cv2.copyMakeBorder(image, 0, rows, 0, columns, cv2.BORDER_REPLICATE)
