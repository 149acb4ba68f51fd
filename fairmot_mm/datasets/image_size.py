"""The size of an image without decoding it."""

from pathlib import Path

import cv2
from PIL import Image, UnidentifiedImageError

from fairmot_mm.utils import DataError

_EXIF_ORIENTATION = 0x0112


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
