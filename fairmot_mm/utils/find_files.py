"""Which files a folder or a pattern means."""

from collections.abc import Sequence
from pathlib import Path

from fairmot_mm.utils import (
    IMAGE_SUFFIXES,
    DataError,
    VideoError,
    natural_order,
    sort_images,
)
from fairmot_mm.utils.expand_pattern import expand_pattern
from fairmot_mm.utils.urls import without_secrets

VIDEO_SUFFIXES = (
    '.3gp',
    '.avi',
    '.flv',
    '.m2ts',
    '.m4v',
    '.mjpeg',
    '.mjpg',
    '.mkv',
    '.mov',
    '.mp4',
    '.mpeg',
    '.mpg',
    '.mts',
    '.mxf',
    '.ogv',
    '.ts',
    '.vob',
    '.webm',
    '.wmv',
    '.y4m',
)
# Pictures that OpenCV does not read.
_FOREIGN = ('.arw', '.cr2', '.cr3', '.dng', '.heic', '.heif', '.jxl', '.nef')


def find_files(text: str) -> list[Path]:
    """Find the images or the videos that a folder or a pattern means.

    Args:
        text: A folder, or a pattern with ``*``, ``?`` or ``[...]``.

    Returns:
        Images only, or videos only, in natural order.

    Raises:
        VideoError: Nothing has this name.
        DataError: There is neither an image nor a video, there are both, or there are
            pictures that cannot be read.
    """
    folder = Path(text)
    if folder.is_dir():
        try:
            found = list(folder.resolve().iterdir())
        except OSError as error:
            raise DataError(f'cannot read folder {text}: {error.strerror}') from error
    elif not any(character in text for character in '*?['):
        raise VideoError(
            f'{without_secrets(text)} does not exist; give a video, an image, a folder '
            'or pattern of images or videos, a URL or a camera number'
        )
    else:
        found = expand_pattern(text)
    # A link to nothing stays: it is an error when it is read, and not left out.
    return _of_one_kind([path for path in found if not path.is_dir()], text)


def _of_one_kind(found: Sequence[Path], text: str) -> list[Path]:
    """The images or the videos among files; both together are refused."""
    images = sort_images(found)
    visible = [path for path in found if not path.name.startswith('.')]
    videos = [path for path in visible if path.suffix.lower() in VIDEO_SUFFIXES]
    videos.sort(key=lambda path: natural_order(path.as_posix()))
    if images and videos:
        raise DataError(
            f'{text} has images and videos in it ({len(images)} and {len(videos)}, as '
            f'{images[0].name} and {videos[0].name}); say which to track by a pattern '
            f"in quotes, as in '{images[0].parent}/*{images[0].suffix}'"
        )
    foreign = [path for path in visible if path.suffix.lower() in _FOREIGN]
    if foreign:
        raise DataError(
            f'{text} has {len(foreign)} pictures that cannot be read, as '
            f'{foreign[0].name}; convert them to JPEG or PNG, or move them away'
        )
    if not images and not videos:
        nothing = (
            f'{text} has no image in it, and no video'
            if Path(text).is_dir()
            else f'no image matches {text}, and no video'
        )
        raise DataError(
            f'{nothing} (looked for {" ".join((*IMAGE_SUFFIXES, *VIDEO_SUFFIXES))})'
        )
    return images or videos


def is_sequence(folder: Path) -> bool:
    """Say whether a folder is a MOTChallenge sequence and not a heap of files.

    Args:
        folder: The folder of the sequence, or the one with its images.

    Returns:
        Whether it has ``seqinfo.ini`` or ``img1``, or is the ``img1`` of a sequence.
    """
    folder = sequence_folder(folder.resolve())
    return (folder / 'seqinfo.ini').is_file() or (folder / 'img1').is_dir()


def sequence_folder(folder: Path) -> Path:
    """Find the folder with the name of a sequence: its images may lie in ``SEQ/img1``.

    Args:
        folder: Folder of images.

    Returns:
        The folder, or its parent if it is called ``img1``.
    """
    return folder.parent if folder.name == 'img1' else folder
