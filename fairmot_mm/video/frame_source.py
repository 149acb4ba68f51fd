"""Sources of frames: a video, a stream, a camera, images or arrays."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fairmot_mm.utils import IMAGE_SUFFIXES, ConfigError, SequenceInfo, VideoError
from fairmot_mm.utils.contracts import require_choice
from fairmot_mm.utils.find_files import find_files, is_sequence, sequence_folder
from fairmot_mm.utils.urls import is_url, local_path, url_name, without_secrets
from fairmot_mm.video.camera import camera_name, open_camera
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_rate import as_fraction, require_frame_rate
from fairmot_mm.video.image_source import (
    count_pictures,
    read_animation,
    read_arrays,
    read_images,
)
from fairmot_mm.video.live_frames import LiveFrames
from fairmot_mm.video.live_options import LiveOptions
from fairmot_mm.video.source_names import (
    number_names,
    require_different,
    require_file_names,
)
from fairmot_mm.video.video_reader import VideoReader

DEFAULT_FRAME_RATE = Fraction(30)
ON_ERROR = ('stop', 'skip')


@dataclass(frozen=True)
class FrameSource:
    """Frames in order, and what is known about them.

    Attributes:
        name: Name of the result files.
        frame_rate: Frames a second.
        length: Number of frames that the source announces; None if it is not known.
        frames: Iterator over the frames; it can be read once.
        files: The files that the frames come from; none of them may be overwritten.
        live: Whether frames arrive in real time and are lost if they are not taken in
            time: a camera, or a URL without a known length. Frames of a live source are
            tracked one by one. If tracking is slower than the source, the newest frame
            is taken and older ones are left out.
        pixel_aspect: Width of a pixel divided by its height.
        has_sound: Whether the source has sound, which no result keeps.
        first_frame_id: ``frame_id`` of the first frame, above 0 where another run has
            tracked what came before.
        start_time: Seconds from the start of that run to the first frame.
    """

    name: str
    frame_rate: Fraction
    length: int | None
    frames: Iterator[Frame]
    files: tuple[Path, ...] = ()
    live: bool = False
    pixel_aspect: Fraction = Fraction(1)
    has_sound: bool = False
    first_frame_id: int = 0
    start_time: Fraction = Fraction(0)


class _Reading(NamedTuple):
    """How sources are read: ``on_error``, ``scale`` and ``live`` of `open_source`."""

    skip: bool
    scale: tuple[int, int] | None
    live: LiveOptions


Source = FrameSource | str | Path | int | Iterable[np.ndarray]


def open_source(
    source: Source,
    frame_rate: float | None = None,
    on_error: str = 'stop',
    scale: tuple[int, int] | None = None,
    live: LiveOptions | None = None,
) -> FrameSource:
    """Open a source of frames.

    Args:
        source: A video file, an image, a folder of images (also a MOTChallenge sequence
            folder) or with one video, a glob pattern of images or of one video, a URL
            (``rtsp://``, ``http://``, ...), the number of a camera, an iterable of
            (H, W, 3) uint8 BGR arrays, or a `FrameSource`. Images are taken in natural
            order of their names, and their results have the numbers that
            `frame_numbers` gives. An animated image is a video.
        frame_rate: Frames a second, to be used instead of what the source says; frames
            then come at this rate, whatever their time stamps say. It is 30 for arrays
            and for images without ``seqinfo.ini``, which do not say it.
        on_error: ``skip`` leaves out images and parts of a video that cannot be read;
            ``stop`` ends with an error there.
        scale: (width, height) in pixels of the box that frames will be fitted into:
            JPEG files are decoded at a fraction of their size that is enough for this,
            and again in full when `Frame.image` is read.
        live: How long to wait for a live source; None is the default of `LiveOptions`.

    Returns:
        The source. A frame is decoded when it is taken, so only damage that shows at
        once is reported here.

    Raises:
        ConfigError: Unknown ``on_error``, or a source is to be opened again that is not
            live.
        VideoError: ``frame_rate`` cannot be used, or the source does not exist, is not
            a video, or means several videos; while frames are taken, it is damaged or
            has no frame.
        DataError: A folder or pattern has no images, or ``seqinfo.ini`` is malformed;
            while frames are taken, an image cannot be read.
    """
    how = _reading(frame_rate, on_error, scale, live)
    (opened,) = _open(source, how, several=False)
    _require_live([opened], how.live)
    return _finish(opened, frame_rate)


def _reading(
    frame_rate: float | None,
    on_error: str,
    scale: tuple[int, int] | None,
    live: LiveOptions | None,
) -> _Reading:
    """Check how sources shall be read."""
    if frame_rate is not None:
        require_frame_rate(frame_rate)
    require_choice('on_error', on_error, ON_ERROR)
    return _Reading(on_error == 'skip', scale, live or LiveOptions())


def _open(source: Source, how: _Reading, several: bool) -> list[FrameSource]:
    """The sources that one stands for: of ``several`` videos in a folder, each."""
    if isinstance(source, FrameSource):
        return [source]
    if isinstance(source, int) and not isinstance(source, bool):
        return [_camera(source, how)]
    if isinstance(source, str | Path):
        return _open_named(str(source), how, several)
    if isinstance(source, Iterable) and not isinstance(source, bytes | Mapping):
        length = len(source) if isinstance(source, Sized) else None
        return [FrameSource('frames', DEFAULT_FRAME_RATE, length, read_arrays(source))]
    raise VideoError(
        f'frames cannot come from {type(source).__name__}; give a path, a URL, a '
        'camera number or an iterable of BGR arrays'
    )


def _require_live(opened: Sequence[FrameSource], live: LiveOptions) -> None:
    """Refuse options that would have no effect on any source."""
    names = ', '.join(source.name for source in opened)
    if live.timeout != LiveOptions.timeout and all(source.files for source in opened):
        raise ConfigError(
            f'timeout = {live.timeout:g} would have no effect: it is for cameras and '
            f'addresses, and {names} is none'
        )
    if live.reconnect and not any(isinstance(s.frames, LiveFrames) for s in opened):
        raise ConfigError(
            f'reconnect = {live.reconnect:g} would have no effect: it is for cameras '
            f'and live streams, and {names} is none'
        )


def _finish(opened: FrameSource, frame_rate: float | None) -> FrameSource:
    """Set the frame rate that was asked for, and refuse a source without a frame."""
    if frame_rate is not None:
        frames = (replace(frame, time=None) for frame in opened.frames)
        rate = as_fraction(frame_rate)
        opened = replace(opened, frame_rate=rate, frames=frames)
    return replace(opened, frames=_not_empty(opened))


def open_sources(
    sources: Mapping[str, Source] | Sequence[Source],
    frame_rate: float | None = None,
    on_error: str = 'stop',
    scale: tuple[int, int] | None = None,
    live: LiveOptions | None = None,
) -> list[FrameSource]:
    """Open several sources, each with a different name.

    Args:
        sources: Sources by name, or a list of sources. In a list, a folder or pattern
            of videos stands for all of them. Those of a list have the names that
            `open_source` gives them, numbered if two are the same: ``main``,
            ``main-2``.
        frame_rate: Frames a second, instead of what each source says.
        on_error: See `open_source`.
        scale: See `open_source`.
        live: See `open_source`; one source must be live to be opened again.

    Returns:
        The sources in order, see `open_source`.

    Raises:
        ConfigError: There is no source, one is given twice though it can be read only
            once, or a name cannot be that of a file.
        VideoError: See `open_source`.
        DataError: See `open_source`.
    """
    if isinstance(sources, str):
        shown = without_secrets(sources)
        raise ConfigError(f'sources are a list or a mapping: use [{shown!r}]')
    if not sources:
        raise ConfigError('there is no source to track in; give one or more')
    named = isinstance(sources, Mapping)
    listed = [*sources.values()] if isinstance(sources, Mapping) else [*sources]
    require_different(s.frames if isinstance(s, FrameSource) else s for s in listed)
    if named:
        require_file_names(sources)
    how = _reading(frame_rate, on_error, scale, live)
    opened = [each for source in listed for each in _open(source, how, not named)]
    _require_live(opened, how.live)
    names = sources if named else number_names([source.name for source in opened])
    return [
        replace(_finish(source, frame_rate), name=name)
        for source, name in zip(opened, names, strict=True)
    ]


def _open_named(text: str, how: _Reading, several: bool) -> list[FrameSource]:
    """Open what a text means: a URL, a path, a camera number or a pattern."""
    text = local_path(text)
    if is_url(text):
        return [_open_video(text, how)]
    path = Path(text)
    if path.is_char_device():
        return [_camera(text, how)]
    if path.is_file():
        return [_open_file(path, how)]
    if path.is_dir() and is_sequence(path):
        return [_open_sequence(path.resolve(), how)]
    if text.isascii() and text.isdecimal() and not path.exists():
        return [_camera(int(text), how)]
    files = find_files(text)
    if files[0].suffix.lower() in IMAGE_SUFFIXES:
        return [_open_images(files, how)]
    if len(files) > 1 and not several:
        raise VideoError(
            f'{text} means {len(files)} videos ({files[0].name}, ...); name one of '
            'them, or use MultiStreamInferencer, which takes several'
        )
    return [_open_video(str(file), how) for file in files]


def _open_file(path: Path, how: _Reading) -> FrameSource:
    if path.suffix.lower() not in IMAGE_SUFFIXES:
        return _open_video(str(path), how)
    count = count_pictures(path)
    if count == 1:
        return replace(_open_images([path], how), name=path.stem)
    rate, frames = read_animation(path)
    return FrameSource(path.stem, as_fraction(rate), count, frames, (path,))


def _open_sequence(folder: Path, how: _Reading) -> FrameSource:
    sequence = SequenceInfo.read(sequence_folder(folder))
    rate = as_fraction(sequence.frame_rate)
    return replace(_open_images(sequence.images, how), frame_rate=rate)


def _open_images(paths: Sequence[Path], how: _Reading) -> FrameSource:
    name = sequence_folder(paths[0].resolve().parent).name or 'images'
    frames = read_images(paths, how.skip, how.scale)
    return FrameSource(name, DEFAULT_FRAME_RATE, len(paths), frames, tuple(paths))


def _camera(camera: int | str, how: _Reading) -> FrameSource:
    rate, first = open_camera(camera)
    name = camera_name(camera)
    frames = LiveFrames(name, first, lambda: open_camera(camera)[1], how.live)
    known = as_fraction(rate) if rate > 0 else DEFAULT_FRAME_RATE
    return FrameSource(name, known, None, frames, live=True)


def _open_video(location: str, how: _Reading) -> FrameSource:
    reader = VideoReader(location, how.skip, how.live.timeout)
    frames: Iterator[Frame]
    if reader.is_live:
        frames = LiveFrames(
            reader.location,
            reader.frames(),
            lambda: VideoReader(location, how.skip, how.live.timeout).frames(),
            how.live,
            reader.may_end,
        )
    elif is_url(location):
        frames = reader.frames()
    else:
        reader.close()
        frames = _read_video(location, how.skip)
    path = Path(location)
    return FrameSource(
        url_name(location) if is_url(location) else path.stem,
        reader.frame_rate or DEFAULT_FRAME_RATE,
        reader.length,
        frames,
        () if is_url(location) else (path,),
        live=reader.is_live,
        pixel_aspect=reader.pixel_aspect,
        has_sound=reader.has_sound,
    )


def _read_video(location: str, skip: bool) -> Iterator[Frame]:
    """Open a file anew when its first frame is taken: very many files may wait."""
    yield from VideoReader(location, skip).frames()


def _not_empty(source: FrameSource) -> Iterator[Frame]:
    """The frames of a source; an error if it has no frame."""
    empty = True
    for frame in source.frames:
        empty = False
        yield frame
    if empty:
        name = source.files[0] if source.files else source.name
        raise VideoError(f'{name} has no frame in it that can be read')
