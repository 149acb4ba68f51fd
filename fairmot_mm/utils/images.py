"""Reading images, or only their size."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from fairmot_mm.utils.errors import DataError, ImageError

_EXIF_ORIENTATION = 0x0112
DECODE_FLAGS = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


def read_image(path: str) -> np.ndarray:
    """Read an image as OpenCV does, with its EXIF orientation applied.

    Args:
        path: The image file.

    Returns:
        (h, w, 3) uint8 BGR.

    Raises:
        ImageError: The file is missing, cut off, or not an image.
    """
    return decode_image(read_bytes(path), path)


def read_bytes(path: str) -> np.ndarray:
    """Read the content of an image file.

    Args:
        path: The image file.

    Returns:
        (n,) uint8 bytes.

    Raises:
        ImageError: The file cannot be read.
    """
    try:
        return np.fromfile(path, np.uint8)
    except OSError as error:
        raise ImageError(f'cannot read image {path}: {error.strerror}') from error


def decode_image(data: np.ndarray, path: str, reduction: int = 1) -> np.ndarray:
    """Decode an image, optionally at a fraction of its size.

    Args:
        data: (n,) uint8 content of the file.
        path: Name of the file, for the error message.
        reduction: 1, 2, 4 or 8: number of pixels of a side that become one.

    Returns:
        (ceil(h / reduction), ceil(w / reduction), 3) uint8 BGR.

    Raises:
        ImageError: The content is cut off, or not an image.
    """
    image = cv2.imdecode(data, DECODE_FLAGS[reduction]) if data.size else None
    if image is None:
        raise ImageError(
            f'{path} cannot be decoded: it is damaged, cut off, or not an image'
        )
    return image


def image_size(path: str | Path) -> tuple[int, int]:
    """Read the size that an image has after it is loaded.

    Only the header is read, unless the file has an EXIF orientation, which is applied
    when an image is loaded. The published CrowdHuman script uses the size without the
    orientation, so its boxes of rotated images are wrong.

    Args:
        path: The image file.

    Returns:
        Width and height in pixels.

    Raises:
        DataError: The file is missing or not an image.
    """
    try:
        with Image.open(path) as image:
            width, height = image.size
            turned = image.getexif().get(_EXIF_ORIENTATION, 1) != 1
    except UnidentifiedImageError:
        raise DataError(f'{path} is not a readable image') from None
    except OSError as error:
        raise DataError(
            f'cannot read image {path}: {error.strerror or error}'
        ) from error
    if not turned:
        return width, height
    pixels = cv2.imread(str(path))
    if pixels is None:
        raise DataError(f'{path} is not a readable image')
    return pixels.shape[1], pixels.shape[0]
