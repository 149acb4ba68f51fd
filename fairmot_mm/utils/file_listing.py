"""Files and images of folders, in natural order."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import TypeVar

from fairmot_mm.utils.errors import DataError

AnyPath = TypeVar('AnyPath', bound=PurePath)
IMAGE_SUFFIXES = (
    '.jpg',
    '.jpeg',
    '.png',
    '.bmp',
    '.tif',
    '.tiff',
    '.webp',
    '.avif',
    '.gif',
    '.jp2',
    '.jpe',
    '.pgm',
    '.ppm',
)


def natural_order(name: str) -> list[tuple[int, str]]:
    """Sort key that orders names by the numbers in them: ``2.jpg`` before ``10.jpg``.

    Numbers of equal value are ordered by their characters: ``02.jpg`` before ``2.jpg``.

    Args:
        name: File name.

    Returns:
        The key: number (-1 for text) and characters of each part.
    """
    words = re.split(r'(\d+)', name)
    return [(int(word) if word.isdecimal() else -1, word) for word in words]


def is_image(path: str | PurePath) -> bool:
    """Whether a name is that of an image.

    Args:
        path: The file; only its name is looked at.

    Returns:
        True for the endings `IMAGE_SUFFIXES`, unless the name begins with a dot: macOS
        puts a file ``._1.jpg``, which is no image, beside ``1.jpg``.
    """
    path = PurePath(path)
    return path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith('.')


def sort_images(paths: Iterable[AnyPath]) -> list[AnyPath]:
    """Choose the images among files, in the order that every part of the project uses.

    Args:
        paths: Files of any kind.

    Returns:
        The images, see `is_image`, in natural order, see `natural_order`.
    """
    images = (path for path in paths if is_image(path))
    return sorted(images, key=lambda path: natural_order(path.as_posix()))


def list_images(folder: str | Path) -> list[Path]:
    """List the images of a folder.

    Args:
        folder: The folder.

    Returns:
        The images in natural order of their names, see `sort_images`.

    Raises:
        DataError: The folder does not exist, cannot be read or has no image.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f'{folder} is not a folder')
    images = sort_images(path for path in folder_content(folder) if not path.is_dir())
    if not images:
        raise DataError(
            f'{folder} has no image in it (looked for {" ".join(IMAGE_SUFFIXES)})'
        )
    return images


def find_images(root: str | Path) -> Iterator[Path]:
    """Find the images in a folder and below it.

    Left out are hidden folders, ``__MACOSX`` of macOS, and links to folders.

    Args:
        root: The folder.

    Yields:
        The images, folder by folder in natural order.

    Raises:
        DataError: A folder cannot be read.
    """
    content = sorted(
        folder_content(Path(root)), key=lambda path: natural_order(path.name)
    )
    folders = []
    for path in content:
        if path.is_dir():
            folders += [] if path.is_symlink() else [path]
        elif is_image(path):
            yield path
    for folder in folders:
        if not folder.name.startswith('.') and folder.name != '__MACOSX':
            yield from find_images(folder)


def list_files(folder: str | Path, suffix: str) -> list[Path]:
    """List the files of a folder that have an ending; hidden ones are left out.

    Args:
        folder: The folder; it need not exist.
        suffix: The ending, such as ``.txt``.

    Returns:
        The files in natural order of their names.
    """
    files = (
        path
        for path in Path(folder).glob(f'*{suffix}')
        if not path.name.startswith('.') and not path.is_dir()
    )
    return sorted(files, key=lambda path: natural_order(path.name))


def match_names(pattern: str, names: Iterable[str]) -> list[str]:
    """Find the names that a name or a pattern stands for.

    Args:
        pattern: A name, or a pattern with ``*``, ``?`` or ``[...]``. A name that equals
            it is the only match: ``[a] b`` is the folder of this name.
        names: The names.

    Returns:
        The matching names in their order; hidden ones must be named.
    """
    names = list(names)
    if pattern in names:
        return [pattern]
    return [
        name
        for name in names
        if fnmatchcase(name, pattern) and not name.startswith('.')
    ]


def folder_content(folder: Path) -> list[Path]:
    """List what is in a folder, hidden files too, in no order.

    Args:
        folder: The folder.

    Returns:
        The paths.

    Raises:
        DataError: The folder cannot be read.
    """
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise DataError(f'cannot read folder {folder}: {error.strerror}') from error
