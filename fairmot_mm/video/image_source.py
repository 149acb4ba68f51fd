"""Frames from image files and from animations."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence

from fairmot_mm.utils import DataError, frame_numbers
from fairmot_mm.utils.images import read_image
from fairmot_mm.video.frame import Frame, Picture
from fairmot_mm.video.jpeg_picture import JPEGPicture, open_picture

# Formats that can hold several pictures one after another.
_ANIMATED = ('.avif', '.gif', '.png', '.tif', '.tiff', '.webp')
_DEFAULT_SECONDS = Fraction(1, 10)  # what browsers show a picture without a duration


def read_images(
    paths: Sequence[Path],
    skip_damaged: bool = False,
    scale: tuple[int, int] | None = None,
    numbers: Sequence[int] | None = None,
) -> Iterator[Frame]:
    """Read images one after another.

    Args:
        paths: The files in order.
        skip_damaged: Whether images that cannot be read are left out.
        scale: (width, height) in pixels of the box that images will be fitted into: a
            JPEG is decoded at a fraction of its size that is enough for this. By
            default all pixels are decoded.
        numbers: Numbers of the frames, where the files are a part of a sequence; None:
            those of `frame_numbers`.

    Yields:
        The frames.

    Raises:
        DataError: An image cannot be read, or is an animation.
    """
    skipped = 0
    damage: list[DataError] = []
    if numbers is None:
        numbers = frame_numbers(paths).tolist()
    try:
        for number, path in zip(numbers, paths, strict=True):
            try:
                pixels = _read_still(path, scale)
            except DataError as error:
                if not skip_damaged:
                    raise DataError(f'frame {number}: {error}') from error
                damage.append(error)
                skipped += 1
                continue
            yield Frame(pixels, str(path), number, skipped=skipped)
            skipped = 0
    finally:
        warn_of_damage(str(paths[0].parent), len(damage), damage[0] if damage else None)


def warn_of_damage(where: str, count: int, first: Exception | None) -> None:
    """Say how many frames were left out because they cannot be read.

    Args:
        where: The source.
        count: Number of frames; without any nothing is said.
        first: What was wrong with the first of them.
    """
    if count:
        warnings.warn(
            f'{where}: {count} {"frame" if count == 1 else "frames"} left out that '
            f'cannot be read; the first: {first}',
            stacklevel=3,
        )


def _read_still(path: Path, scale: tuple[int, int] | None) -> np.ndarray | Picture:
    """Pixels of an image that is no animation; what will be used is decoded."""
    pictures = count_pictures(path)
    if pictures > 1:
        raise DataError(
            f'{path} is an animation of {pictures} pictures; track it by itself, or '
            'put its pictures into files of their own'
        )
    if scale is None:
        return read_image(str(path))
    picture = open_picture(str(path))
    if isinstance(picture, JPEGPicture):
        picture.decode_for(scale)
    return picture


def count_pictures(path: Path) -> int:
    """Count the pictures in an image file.

    Args:
        path: The file.

    Returns:
        More than 1 for an animation or a stack; 1 also for a file that is damaged, so
        that reading it says what is wrong.
    """
    if path.suffix.lower() not in _ANIMATED:
        return 1
    try:
        with Image.open(path) as image:
            return getattr(image, 'n_frames', 1)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return 1


def read_animation(path: Path) -> tuple[Fraction, Iterator[Frame]]:
    """Open an animated WebP, GIF, PNG or AVIF, or a stack of TIFF pictures.

    Args:
        path: The file.

    Returns:
        Mean number of frames a second, and the frames with their times.

    Raises:
        DataError: The file cannot be read; also while frames are taken.
    """
    try:
        with Image.open(path) as image:
            seconds = [_duration(each) for each in ImageSequence.Iterator(image)]
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(f'{path} cannot be decoded: {error}') from error
    rate = len(seconds) / sum(seconds)
    return Fraction(rate), _animation_frames(path, seconds)


def _animation_frames(path: Path, seconds: Sequence[Fraction]) -> Iterator[Frame]:
    is_regular = len(set(seconds)) == 1
    with Image.open(path) as image:
        for index, picture in enumerate(ImageSequence.Iterator(image)):
            rgb = np.asarray(picture.convert('RGB'))
            time = None if is_regular else sum(seconds[:index], Fraction(0))
            yield Frame(np.ascontiguousarray(rgb[..., ::-1]), str(path), time=time)


def _duration(picture: Image.Image) -> Fraction:
    """Seconds that a picture of an animation is shown."""
    picture.load()  # some formats say it only then
    milliseconds = picture.info.get('duration') or 0
    return Fraction(milliseconds).limit_denominator(1000) / 1000 or _DEFAULT_SECONDS


def read_arrays(images: Iterable[np.ndarray]) -> Iterator[Frame]:
    """Take frames from arrays, and check their shape and type.

    Args:
        images: (H, W, 3) uint8 BGR each.

    Yields:
        The frames, as copies: the caller may fill one array again and again.

    Raises:
        DataError: A frame is no such array, or has no pixel.
    """
    for number, image in enumerate(images, 1):
        shape, dtype = getattr(image, 'shape', None), getattr(image, 'dtype', None)
        if dtype != np.uint8 or shape is None or len(shape) != 3 or shape[2] != 3:
            raise DataError(
                f'frame {number} is a {type(image).__name__} of shape {shape} and type '
                f'{dtype}; frames are (H, W, 3) uint8 arrays in BGR order'
            )
        if image.size == 0:
            raise DataError(f'frame {number} of shape {shape} has no pixel')
        yield Frame(image.copy(), '')
