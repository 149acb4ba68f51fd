"""The pixels of a decoded frame of a video."""

from typing import TYPE_CHECKING

import numpy as np

from fairmot_mm.video.frame import Picture

if TYPE_CHECKING:
    from av import VideoFrame


class VideoPicture(Picture):
    """Converts a decoded frame to BGR, upright, when its pixels are needed.

    Colours are converted with the matrix and the range that the video names. Without a
    matrix, FFmpeg takes that of BT.601, as in ``cv2.VideoCapture``.

    Args:
        frame: The frame as PyAV decodes it, in any pixel format.
    """

    def __init__(self, frame: 'VideoFrame') -> None:
        self._frame = frame
        # Phones store the rotation as metadata: counter-clockwise, as in rot90.
        self._quarter_turns = round(frame.rotation / 90) % 4

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels, upright."""
        return self._turned(self._frame.height, self._frame.width)

    def decode(self) -> np.ndarray:
        """Make all pixels, (H, W, 3) uint8 BGR; those of ``cv2.VideoCapture``."""
        return self._upright(self._frame.to_ndarray(format='bgr24'))

    def decode_scaled(self, width: int, height: int) -> np.ndarray:
        """Convert and scale by pixel area in one pass; see `Picture`."""
        height, width = self._turned(height, width)
        small = self._frame.reformat(
            width=width,
            height=height,
            format='bgr24',
            interpolation='AREA',
            threads=1,  # starting threads takes longer than scaling
        )
        return self._upright(small.to_ndarray())

    def _turned(self, height: int, width: int) -> tuple[int, int]:
        """Height and width, exchanged if the frame lies on its side."""
        return (width, height) if self._quarter_turns % 2 else (height, width)

    def _upright(self, image: np.ndarray) -> np.ndarray:
        """The image (h, w, 3), turned."""
        return np.ascontiguousarray(np.rot90(image, self._quarter_turns))
