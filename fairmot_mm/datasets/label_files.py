"""Reading image lists and label files in the layout of JDE and FairMOT."""

import math
import os
from pathlib import Path

import numpy as np

from fairmot_mm.datasets.label_lines import (
    LABEL_COLUMNS,
    are_good_lines,
    label_problem,
)
from fairmot_mm.utils.errors import DataError
from fairmot_mm.utils.text_files import read_lines, read_text

IMAGE_DIR, LABEL_DIR = 'images', 'labels_with_ids'
_LONGEST_NAME = 255  # bytes in the name of a file or folder


def label_name(image: str, data_root: str | Path) -> str:
    """Path of the label file of an image.

    A folder ``images`` in the path stands for ``labels_with_ids``. If there are several
    of them, one is replaced: the first for which the folder of the label exists; if
    there is none, the first.

    Args:
        image: Path of the image, relative to the data root.
        data_root: The data root.

    Returns:
        Path of the label file, relative to the data root.

    Raises:
        DataError: The image lies in no folder ``images``.
    """
    parts = image.split('/')
    places = [place for place, part in enumerate(parts[:-1]) if part == IMAGE_DIR]
    if not places:
        alike = [part for part in parts[:-1] if part.lower() == IMAGE_DIR]
        raise DataError(
            f'{image} has no folder named {IMAGE_DIR!r}, so its label file cannot be '
            'found' + (f' ({alike[0]!r} is another name)' if alike else '')
        )
    parts[-1] = os.path.splitext(parts[-1])[0] + '.txt'
    names = ['/'.join([*parts[:k], LABEL_DIR, *parts[k + 1 :]]) for k in places]
    if len(names) > 1:
        for name in names:
            if os.path.isdir(os.path.dirname(os.path.join(data_root, name))):
                return name
    return names[0]


def listed_images(ann_file: str | Path) -> list[tuple[int, str]]:
    r"""Read the paths in an image list.

    Args:
        ann_file: Text file with one image path on each line; blank lines are skipped.
            A path without ``/`` may have ``\``, as in lists that Windows wrote.

    Returns:
        Number of the line, from 1, and path of each image.

    Raises:
        DataError: The list is missing, is not text, or has a line that is no path.
    """
    hint = '; tools/dataset_converters make image lists'
    names = []
    for number, line in enumerate(read_lines(ann_file, hint, 'image list '), 1):
        name = line.strip()
        if '/' not in name:
            name = name.replace('\\', '/')
        if max(map(len, os.fsencode(name).split(b'/'))) > _LONGEST_NAME:
            raise DataError(
                f'{ann_file}, line {number}: {name[:80]}... is too long for a path'
            )
        if name:
            names.append((number, name))
    return names


def read_list(ann_file: str, data_root: str) -> tuple[list[str], list[str]]:
    """Read an image list.

    Args:
        ann_file: See `listed_images`.
        data_root: Folder that the paths are relative to.

    Returns:
        Paths of the images; paths of their label files.

    Raises:
        DataError: The list is missing or empty, or a line names no image below a folder
            ``images``.
    """
    images, labels = [], []
    for number, name in listed_images(ann_file):
        try:
            labels.append(os.path.join(data_root, label_name(name, data_root)))
        except DataError as error:
            raise DataError(f'{ann_file}, line {number}: {error}') from error
        images.append(os.path.join(data_root, name))
    if not images:
        raise DataError(f'{ann_file} names no image')
    return images, labels


def read_labels(
    path: str | Path, image: str | Path, num_classes: float | None = math.inf
) -> np.ndarray:
    """Read one label file.

    Args:
        path: The label file.
        image: The image that it belongs to, for the error message.
        num_classes: Classes must be below this. None leaves the values unchecked, for
            a caller that checks those of many files at once with `are_good_lines`.

    Returns:
        (N, 6) float64 rows ``class id cx cy w h``; the last four are divided by the
        image size.

    Raises:
        DataError: The file is missing or a line is malformed.
    """
    try:
        text = read_text(path)
    except DataError as error:
        if isinstance(error.__cause__, OSError):
            raise no_label(path, image, error.__cause__) from error
        raise
    rows = [line.split() for line in text.split('\n')]
    try:
        # Rows of unequal length and words that are not numbers fail here.
        labels = np.array([row for row in rows if row], np.float64)
        labels = labels if labels.size else labels.reshape(0, 6)
        # numpy reads 1_000 and the digits of other scripts.
        is_plain = text.isascii() and '_' not in text
        good = labels.shape[1] == 6 and is_plain
        if good and num_classes is not None:
            good = are_good_lines(labels, num_classes)
        if not good:
            raise ValueError('a value is out of range')
    except ValueError as error:
        limit = math.inf if num_classes is None else num_classes
        raise DataError(_first_bad_line(path, rows, limit)) from error
    return labels


def no_label(path: str | Path, image: str | Path, error: OSError) -> DataError:
    """Make the error that an image has no readable label file.

    Args:
        path: The label file.
        image: The image.
        error: Why the label file cannot be read.
    """
    return DataError(
        f'{image} has no label file {path}: {error.strerror}; an image without people '
        'needs an empty one'
    )


def _first_bad_line(path: str | Path, rows: list[list[str]], num_classes: float) -> str:
    """Say which line of a label file is wrong, and why."""
    limit = 'a class is a whole number from 0'
    if num_classes < math.inf:
        limit = f'the data set has {num_classes} (metainfo.classes)'
    for number, row in enumerate(rows, 1):
        problem = row and label_problem(row, LABEL_COLUMNS, num_classes, limit)
        if problem:
            return f'{path}, line {number}: {problem[1]}'
    return f'{path} is not a label file'
