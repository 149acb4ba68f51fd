"""Sources of frames: a video, a stream, a camera, images or arrays."""

import glob
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlparse

import cv2
import numpy as np

from fairmot_mm.utils import (
    IMAGE_SUFFIXES,
    ConfigError,
    DataError,
    SequenceInfo,
    VideoError,
)
from fairmot_mm.utils.images import read_image
from fairmot_mm.utils.inputs import require_source
from fairmot_mm.video.video_reader import VideoReader

DEFAULT_FRAME_RATE = Fraction(30)


class Frame(NamedTuple):
    """One frame of a source.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        path: The image file, or the video or stream that the frame comes from; empty
            for an array.
    """

    image: np.ndarray
    path: str


@dataclass(frozen=True)
class FrameSource:
    """Frames in order, and what is known about them.

    Attributes:
        name: Name of the result files.
        frame_rate: Frames a second.
        length: Number of frames that the source announces; None if it is not known.
        frames: Iterator over the frames; it can be read once.
        video: The video file that the frames come from; None for every other source.
        live: Whether frames arrive in real time and are lost if they are not taken in
            time: a camera, or a URL without a known length. Frames of a live source are
            tracked one by one. If tracking is slower than the source, the newest frame
            is taken and older ones are left out.
    """

    name: str
    frame_rate: Fraction
    length: int | None
    frames: Iterator[Frame]
    video: Path | None = None
    live: bool = False


Source = FrameSource | str | Path | int | Iterable[np.ndarray]


def open_source(source: Source, frame_rate: float | None = None) -> FrameSource:
    """Open a source of frames.

    Args:
        source: A video file, an image, a folder of images (also a MOTChallenge sequence
            folder), a glob pattern of images, a URL (``rtsp://``, ``http://``, ...),
            the number of a camera, an iterable of (H, W, 3) uint8 BGR arrays, or a
            `FrameSource`. Images are taken in name order.
        frame_rate: Frames a second, to be used instead of what the source says. It is
            30 for arrays and for images without ``seqinfo.ini``, which do not say it.

    Returns:
        The source. A frame is decoded when it is taken, so only damage that shows at
        once is reported here.

    Raises:
        VideoError: The source does not exist, it is not a video, or ``frame_rate`` is
            not above 0; while frames are taken, the source is damaged or has no frame.
        DataError: A folder or pattern has no images, or ``seqinfo.ini`` is malformed;
            while frames are taken, an image cannot be read.
    """
    if isinstance(source, FrameSource):
        opened = source
    elif isinstance(source, int):
        opened = _open_camera(source)
    elif isinstance(source, str | Path):
        opened = _open_named(str(source))
    elif isinstance(source, Iterable):
        length = len(source) if isinstance(source, Sized) else None
        opened = FrameSource('frames', DEFAULT_FRAME_RATE, length, _checked(source))
    else:
        raise VideoError(
            f'frames cannot come from {type(source).__name__}; give a path, a URL, a '
            'camera number or an iterable of BGR arrays'
        )
    if frame_rate is not None:
        if frame_rate <= 0:
            raise VideoError(f'frame_rate = {frame_rate} must be above 0')
        opened = replace(opened, frame_rate=_as_fraction(frame_rate))
    return replace(opened, frames=_not_empty(opened))


def open_sources(
    sources: Mapping[str, Source] | Sequence[Source], frame_rate: float | None = None
) -> list[FrameSource]:
    """Open several sources, each with a different name.

    Args:
        sources: Sources by name, or a list of sources. Those of a list have the names
            that `open_source` gives them, numbered if two are the same: ``main``,
            ``main-2``.
        frame_rate: Frames a second, instead of what each source says.

    Returns:
        The sources in order, see `open_source`.

    Raises:
        ConfigError: There is no source, or a name cannot be that of a file.
        VideoError: See `open_source`.
        DataError: See `open_source`.
    """
    if not sources:
        raise ConfigError('there is no source to track in; give one or more')
    if isinstance(sources, str):
        raise ConfigError(f'sources are a list or a mapping: use [{sources!r}]')
    if isinstance(sources, Mapping):
        for name in sources:
            if name in ('', '.', '..') or Path(name).name != name:
                raise ConfigError(
                    f'stream name {name!r} cannot be that of a file; choose another'
                )
        return [
            replace(open_source(source, frame_rate), name=name)
            for name, source in sources.items()
        ]
    opened: dict[str, FrameSource] = {}
    for source in (open_source(source, frame_rate) for source in sources):
        name, number = source.name, 1
        while name in opened:
            number += 1
            name = f'{source.name}-{number}'
        opened[name] = replace(source, name=name)
    return list(opened.values())


def _open_named(text: str) -> FrameSource:
    """Open a source given as text: a URL, a path, a camera number or a pattern."""
    if '://' in text:
        return _open_video(text)
    path = Path(text)
    if path.is_dir():
        return _open_folder(path.resolve())
    if path.is_file():
        if path.suffix.lower() in IMAGE_SUFFIXES:
            return _open_images([path], path.stem)
        return _open_video(text)
    if text.isdigit():
        return _open_camera(int(text))
    require_source(text)
    matches = (Path(match) for match in sorted(glob.glob(text, recursive=True)))
    images = [path for path in matches if path.suffix.lower() in IMAGE_SUFFIXES]
    if not images:
        raise DataError(
            f'no image matches {text} (looked for {" ".join(IMAGE_SUFFIXES)})'
        )
    return _open_images(images, _sequence_folder(images[0].resolve().parent).name)


def _sequence_folder(folder: Path) -> Path:
    """The folder with the name of a sequence: its images may lie in ``SEQ/img1``."""
    return folder.parent if folder.name == 'img1' else folder


def _open_folder(folder: Path) -> FrameSource:
    sequence = SequenceInfo.read(_sequence_folder(folder))
    source = _open_images(sequence.images, sequence.name)
    return replace(source, frame_rate=_as_fraction(sequence.frame_rate))


def _open_images(paths: Sequence[Path], name: str) -> FrameSource:
    return FrameSource(name, DEFAULT_FRAME_RATE, len(paths), _read_images(paths))


def _read_images(paths: Sequence[Path]) -> Iterator[Frame]:
    for number, path in enumerate(paths, 1):
        try:
            image = read_image(str(path))
        except DataError as error:
            raise DataError(f'frame {number}: {error}') from error
        yield Frame(image, str(path))


def _checked(images: Iterable[np.ndarray]) -> Iterator[Frame]:
    """Frames of arrays that have the right shape and type."""
    for number, image in enumerate(images, 1):
        shape, dtype = getattr(image, 'shape', None), getattr(image, 'dtype', None)
        if dtype != np.uint8 or shape is None or len(shape) != 3 or shape[2] != 3:
            raise DataError(
                f'frame {number} is a {type(image).__name__} of shape {shape} and type '
                f'{dtype}; frames are (H, W, 3) uint8 arrays in BGR order'
            )
        # The caller may fill the same array again while this frame waits to be drawn.
        yield Frame(image.copy(), '')


def _open_camera(number: int) -> FrameSource:
    camera = cv2.VideoCapture(number)
    if not camera.isOpened():
        raise VideoError(
            f'camera {number} cannot be opened; check that it is connected and that no '
            'other program uses it'
        )
    rate = camera.get(cv2.CAP_PROP_FPS)
    name = f'camera{number}'
    return FrameSource(
        name,
        _as_fraction(rate) if rate > 0 else DEFAULT_FRAME_RATE,
        None,
        _read_camera(camera, name),
        live=True,
    )


def _read_camera(camera: cv2.VideoCapture, name: str) -> Iterator[Frame]:
    try:
        for number in itertools.count():
            arrived, image = camera.read()
            if not arrived:
                raise VideoError(f'{name} stopped delivering after frame {number}')
            yield Frame(image, name)
    finally:
        camera.release()


def _open_video(location: str) -> FrameSource:
    reader = VideoReader(location)
    is_url = '://' in location
    path = Path(urlparse(location).path if is_url else location)
    return FrameSource(
        path.stem or 'stream',
        reader.frame_rate or DEFAULT_FRAME_RATE,
        reader.length,
        (Frame(image, location) for image in reader),
        None if is_url else path,
        live=is_url and reader.length is None,
    )


def _as_fraction(rate: float) -> Fraction:
    return Fraction(rate).limit_denominator(100_000)


def _not_empty(source: FrameSource) -> Iterator[Frame]:
    """The frames of a source; an error if it has no frame."""
    empty = True
    for frame in source.frames:
        empty = False
        yield frame
    if empty:
        raise VideoError(f'{source.video or source.name} has no frame in it')
