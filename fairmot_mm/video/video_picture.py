"""The pixels of a decoded frame of a video."""

from typing import TYPE_CHECKING, Any

import numpy as np

from fairmot_mm.utils import VideoError
from fairmot_mm.video.frame import Picture
from fairmot_mm.video.pyav import import_av

if TYPE_CHECKING:
    from av import VideoFrame


class VideoPicture(Picture):
    """Converts a decoded frame to BGR, upright, when its pixels are needed.

    Colours are converted with the matrix and the range that the video names. Without a
    matrix, FFmpeg takes that of BT.601, as in ``cv2.VideoCapture``.

    Args:
        frame: The frame as PyAV decodes it, in any pixel format.
        location: Name of the video, for the error message.
    """

    def __init__(self, frame: 'VideoFrame', location: str) -> None:
        self._frame, self._location = frame, location
        # Phones store the rotation as metadata: counter-clockwise, as in rot90.
        self._quarter_turns = round(frame.rotation / 90) % 4

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels, upright."""
        return self._turned(self._frame.height, self._frame.width)

    def decode(self) -> np.ndarray:
        """Make all pixels, (H, W, 3) uint8 BGR; those of ``cv2.VideoCapture``.

        Raises:
            VideoError: FFmpeg cannot convert the pixel format.
        """
        return self._upright(self._convert(format='bgr24'))

    def decode_scaled(self, width: int, height: int) -> np.ndarray:
        """Convert and scale by pixel area in one pass; see `Picture`.

        Raises:
            VideoError: FFmpeg cannot convert the pixel format.
        """
        height, width = self._turned(height, width)
        # FFmpeg makes planes faster than packed pixels, and computes their colours with
        # all bits. PyAV returns planes as RGB.
        rgb = self._convert(
            format='gbrp', width=width, height=height, interpolation='AREA'
        )
        return self._upright(rgb[..., ::-1])

    def _turned(self, height: int, width: int) -> tuple[int, int]:
        """Height and width, exchanged if the frame lies on its side."""
        return (width, height) if self._quarter_turns % 2 else (height, width)

    def _upright(self, image: np.ndarray) -> np.ndarray:
        """The image (h, w, 3), turned, as one block of memory."""
        return np.ascontiguousarray(np.rot90(image, self._quarter_turns))

    def _convert(self, **target: Any) -> np.ndarray:
        """(h, w, 3) uint8 pixels as they lie in the video, see PyAV's ``reformat``."""
        av = import_av()
        try:
            # Starting threads would take longer than the conversion.
            return self._frame.reformat(**target, threads=1).to_ndarray()
        except (av.error.FFmpegError, ValueError) as error:
            raise VideoError(
                f'{self._location} has pixels of the format {self._frame.format.name}, '
                f'which cannot be converted: {error}'
            ) from error
