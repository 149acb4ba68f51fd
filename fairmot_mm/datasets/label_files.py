"""Reading image lists and label files in the layout of JDE and FairMOT."""

import math
import os
from pathlib import Path

import numpy as np

from fairmot_mm.utils.errors import DataError
from fairmot_mm.utils.text_files import label_problem, read_text

IMAGE_DIR, LABEL_DIR = 'images', 'labels_with_ids'
LABEL_COLUMNS = 'class id cx cy w h'


def label_name(image: str) -> str:
    """Path of the label file of an image.

    Args:
        image: Path of the image, relative to the data root.

    Returns:
        Path of the label file, relative to the data root.
    """
    parts = [LABEL_DIR if part == IMAGE_DIR else part for part in image.split('/')]
    return os.path.splitext('/'.join(parts))[0] + '.txt'


def read_list(ann_file: str, data_root: str) -> tuple[list[str], list[str]]:
    """Read an image list.

    Args:
        ann_file: Text file with one image path on each line; blank lines are skipped.
        data_root: Folder that the paths are relative to.

    Returns:
        Paths of the images; paths of their label files.

    Raises:
        DataError: The list is missing or empty, or a line names no image below a folder
            ``images``.
    """
    hint = '; tools/dataset_converters make image lists'
    text = read_text(ann_file, hint, what='image list ')
    images, labels = [], []
    for number, line in enumerate(text.splitlines(), 1):
        name = line.strip()
        if not name:
            continue
        label = label_name(name)
        if LABEL_DIR not in label.split('/'):
            raise DataError(
                f'{ann_file}, line {number}: {name} has no folder named '
                f'{IMAGE_DIR!r}, so its label file cannot be found'
            )
        images.append(os.path.join(data_root, name))
        labels.append(os.path.join(data_root, label))
    if not images:
        raise DataError(f'{ann_file} names no image')
    return images, labels


def read_labels(
    path: str | Path, image: str | Path, num_classes: float = math.inf
) -> np.ndarray:
    """Read one label file.

    Args:
        path: The label file.
        image: The image that it belongs to, for the error message.
        num_classes: Classes must be below this.

    Returns:
        (N, 6) float32 rows ``class id cx cy w h``; the last four are divided by the
        image size.

    Raises:
        DataError: The file is missing or a line is malformed.
    """
    try:
        lines = Path(path).read_text().splitlines()
    except OSError as error:
        raise no_label(path, image, error) from error
    rows = [line.split() for line in lines]
    try:
        # Rows of unequal length and words that are not numbers fail here.
        labels = np.array([row for row in rows if row], np.float32)
        labels = labels if labels.size else labels.reshape(0, 6)
        in_range = (labels[:, 0] >= 0) & (labels[:, 0] < num_classes)
        if labels.shape[1] != 6 or not np.isfinite(labels).all() or not in_range.all():
            raise ValueError('a value is out of range')
    except ValueError as error:
        raise DataError(_first_bad_line(path, rows, num_classes)) from error
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
    limit = f'the data set has {num_classes} (metainfo.classes)'
    for number, row in enumerate(rows, 1):
        problem = row and label_problem(row, 6, LABEL_COLUMNS, num_classes, limit)
        if problem:
            return f'{path}, line {number}: {problem[1]}'
    return f'{path} is not a label file'
