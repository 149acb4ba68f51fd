"""Reading images, and their size alone."""

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
    """Read an image as OpenCV does, EXIF orientation obeyed.

    Returns:
        (h, w, 3) uint8 BGR.

    Raises:
        ImageError: The file is missing, cut off, or not an image.
    """
    return decode_image(read_bytes(path), path)


def read_bytes(path: str) -> np.ndarray:
    """Content of a file, (n,) uint8.

    Raises:
        ImageError: It cannot be read.
    """
    try:
        return np.fromfile(path, np.uint8)
    except OSError as error:
        raise ImageError(f'cannot read image {path}: {error.strerror}') from error


def decode_image(data: np.ndarray, path: str, reduction: int = 1) -> np.ndarray:
    """Decode an image file, a JPEG also at a fraction of its size.

    Args:
        data: (n,) uint8 content of the file.
        path: Its name, for the message.
        reduction: 1, 2, 4 or 8: pixels of a side that become one.

    Returns:
        (ceil(h / reduction), ceil(w / reduction), 3) uint8 BGR.

    Raises:
        ImageError: It is cut off, or not an image.
    """
    image = cv2.imdecode(data, DECODE_FLAGS[reduction]) if data.size else None
    if image is None:
        raise ImageError(
            f'{path} cannot be decoded: it is damaged, cut off, or not an image'
        )
    return image


def image_size(path: str | Path) -> tuple[int, int]:
    """Width and height in pixels, as the image is when it is loaded.

    Only the header is read, unless the file says that the picture is to be turned.
    Loading obeys that; the published CrowdHuman script measures the picture as it is
    stored, and its boxes of such images are wrong.

    Raises:
        DataError: The file is missing or no image.
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
