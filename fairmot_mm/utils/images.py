"""Reading images, or only their size."""

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from fairmot_mm.utils.errors import ImageError

_EXIF_ORIENTATION = 0x0112
_LYING = (5, 6, 7, 8)  # orientations that exchange width and height
_PNG = b'\x89PNG\r\n\x1a\n'
_DEEP = (b'II', b'MM', b'P', b'\xff\x4f')  # TIFF, PNM, JPEG 2000
# Values below this leave 6 of 8 bits, or fewer: data of 14 bits or less.
_DARK = 2**14
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
        ImageError: The content is cut off, or not an image; or its values have more
            than 8 bits and a range that is not known.
    """
    image = _decode(data, DECODE_FLAGS[reduction], path)
    if _may_be_deep(data):
        _require_8_bits(
            _decode(data, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH, path), path
        )
    return image


def jpeg_size(data: np.ndarray) -> tuple[int, int] | None:
    """Read the size in the header of a JPEG, as it is stored.

    Other formats gain nothing from decoding at a reduced size, and would lose quality.

    Args:
        data: (n,) uint8 content of the file.

    Returns:
        (width, height) in pixels; None if the file is not a JPEG.
    """
    header = _jpeg_header(data)
    return None if header is None else header.size


def jpeg_shape(data: np.ndarray) -> tuple[int, int] | None:
    """Read the shape that a JPEG has after it is decoded, turned upright.

    Args:
        data: (n,) uint8 content of the file.

    Returns:
        (height, width) in pixels; None if the file is not a JPEG.
    """
    header = _jpeg_header(data)
    if header is None:
        return None
    width, height = header.size
    lies = header.getexif().get(_EXIF_ORIENTATION, 1) in _LYING
    return (width, height) if lies else (height, width)


def _jpeg_header(data: np.ndarray) -> Image.Image | None:
    """A JPEG of which only the header is read."""
    if data[:2].tobytes() != b'\xff\xd8':
        return None
    try:
        return Image.open(BytesIO(data.tobytes()))
    except (OSError, Image.DecompressionBombError):
        return None


def scale_image(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Scale an image by pixel area; one of twice the size or more is halved first.

    OpenCV halves an image much faster than it scales it by any other factor.

    Args:
        image: (h, w, 3) uint8.
        width: Width of the result in pixels.
        height: Height of the result in pixels.

    Returns:
        (height, width, 3) uint8; the image itself if it has this size.
    """
    rows, columns = image.shape[:2]
    while rows >= 2 * height and columns >= 2 * width:
        rows, columns = rows // 2, columns // 2
        image = cv2.resize(
            image[: 2 * rows, : 2 * columns],
            (columns, rows),
            interpolation=cv2.INTER_AREA,
        )
    if (rows, columns) == (height, width):
        return image
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def _decode(data: np.ndarray, flags: int, path: str) -> np.ndarray:
    """Pixels as OpenCV decodes them."""
    try:
        image = cv2.imdecode(data, flags) if data.size else None
    except cv2.error as error:  # more pixels than OpenCV takes
        raise ImageError(f'{path} cannot be decoded: {error.err or error}') from error
    if image is None:
        raise ImageError(
            f'{path} cannot be decoded: it is damaged, cut off, or not an image'
        )
    return image


def _may_be_deep(data: np.ndarray) -> bool:
    """Whether the first bytes are those of a format with more than 8 bits."""
    head = data[:25].tobytes()
    if head.startswith(_PNG):
        return head[24] > 8
    return head.startswith(_DEEP) or head[4:8] in (b'jP  ', b'ftyp')


def _require_8_bits(image: np.ndarray, path: str) -> None:
    """Refuse pixels that turn black when OpenCV keeps the upper 8 bits of 16.

    Cameras store 10, 12 or 14 bits in the lower bits of 16. How many there are is not
    in the file, so nobody can say how bright the image is.
    """
    if image.dtype == np.uint8:
        return
    largest = float(image.max())
    if image.dtype != np.uint16:
        raise ImageError(
            f'{path} has pixels of type {image.dtype}, whose range is not known; '
            'convert it to 8 bits'
        )
    if 0 < largest < _DARK:
        raise ImageError(
            f'{path} has 16 bits, of which no pixel uses more than '
            f'{int(largest).bit_length()} (largest value {largest:.0f}): it would be '
            'almost black; convert it to 8 bits, or shift its values to the upper bits'
        )


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
        ImageError: The file is missing or not an image.
    """
    try:
        with Image.open(path) as image:
            width, height = image.size
            turned = image.getexif().get(_EXIF_ORIENTATION, 1) != 1
    except Image.DecompressionBombError:
        # Pillow takes that many pixels for an attack; OpenCV reads four times as many.
        turned = True
    except (UnidentifiedImageError, SyntaxError, ValueError):
        raise ImageError(f'{path} is not a readable image') from None
    except OSError as error:
        raise ImageError(
            f'cannot read image {path}: {error.strerror or error}'
        ) from error
    if not turned:
        return width, height
    pixels = read_image(str(path))
    return pixels.shape[1], pixels.shape[0]
