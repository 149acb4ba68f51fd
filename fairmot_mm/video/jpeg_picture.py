"""The pixels of a JPEG, decoded at a fraction of its size where that is enough."""

import math

import numpy as np

from fairmot_mm.utils.images import (
    DECODE_FLAGS,
    decode_image,
    jpeg_shape,
    read_bytes,
    scale_image,
)
from fairmot_mm.video.frame import Picture


class JPEGPicture(Picture):
    """Decodes a JPEG only as far as its use needs it.

    The format stores waves of 8x8 pixels. Leaving out the short ones gives a half, a
    fourth or an eighth of the size, in less time than the whole image takes.

    Args:
        data: (n,) uint8 content of the file.
        path: Name of the file, for the error message.
        shape: Height and width of the image in pixels, upright.
    """

    def __init__(self, data: np.ndarray, path: str, shape: tuple[int, int]) -> None:
        self._data, self._path, self._shape = data, path, shape
        self._decoded: np.ndarray | None = None  # at the fraction used last

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._shape

    def decode(self) -> np.ndarray:
        """Make all pixels, see `Picture`.

        Raises:
            ImageError: See `decode_image`.
        """
        return self._decode_at_least(*self._shape)

    def decode_scaled(self, width: int, height: int) -> np.ndarray:
        """Decode at a fraction, and scale to the size; see `Picture`.

        Raises:
            ImageError: See `decode_image`.
        """
        return scale_image(self._decode_at_least(height, width), width, height)

    def decode_for(self, scale: tuple[int, int]) -> None:
        """Decode now what `decode_scaled` will need.

        Args:
            scale: (width, height) in pixels of the box that the image is fitted into.

        Raises:
            ImageError: See `decode_image`.
        """
        height, width = self._shape
        ratio = min(scale[0] / width, scale[1] / height)
        self._decode_at_least(round(height * ratio), round(width * ratio))

    def _decode_at_least(self, height: int, width: int) -> np.ndarray:
        """The image at the smallest fraction of its size with so many pixels."""
        last = self._decoded
        if last is not None and last.shape[0] >= height and last.shape[1] >= width:
            return last
        rows, columns = self._shape
        reduction = max(
            n
            for n in DECODE_FLAGS
            if n == 1
            or (math.ceil(rows / n) >= height and math.ceil(columns / n) >= width)
        )
        self._decoded = decode_image(self._data, self._path, reduction)
        return self._decoded


def open_picture(path: str) -> np.ndarray | JPEGPicture:
    """Read an image, and decode it unless it is a JPEG.

    Args:
        path: The image file.

    Returns:
        A picture of a JPEG; (H, W, 3) uint8 BGR of any other image.

    Raises:
        ImageError: The file cannot be read or decoded.
    """
    data = read_bytes(path)
    shape = jpeg_shape(data)
    if shape is None:
        return decode_image(data, path)
    return JPEGPicture(data, path, shape)
