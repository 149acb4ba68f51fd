"""Reading image lists and label files in the layout of JDE and FairMOT."""

import math
import os
from pathlib import Path

import numpy as np

from fairmot_mm.utils.errors import DataError

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
    try:
        lines = Path(ann_file).read_text().splitlines()
    except OSError as error:
        raise DataError(
            f'cannot read image list {ann_file}: {error.strerror}; '
            'tools/dataset_converters make image lists'
        ) from error
    images, labels = [], []
    for number, line in enumerate(lines, 1):
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
    except ValueError as error:
        raise DataError(_first_bad_line(path, rows, num_classes)) from error
    if labels.size == 0:
        return labels.reshape(0, 6)
    classes = labels[:, 0]
    if (
        labels.shape[1] != 6
        or not np.isfinite(labels).all()
        or classes.min() < 0
        or classes.max() >= num_classes
    ):
        raise DataError(_first_bad_line(path, rows, num_classes))
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
    for number, row in enumerate(rows, 1):
        where = f'{path}, line {number}'
        if row and len(row) != 6:
            return f'{where}: {len(row)} columns, expected 6 ({LABEL_COLUMNS})'
        try:
            values = [float(word) for word in row]
        except ValueError as error:
            return f'{where}: {error}'
        if not np.isfinite(values).all():
            return f'{where}: {" ".join(row)!r} is not finite'
        if row and not 0 <= values[0] < num_classes:
            return (
                f'{where}: class {row[0]}, but the data set has {num_classes} '
                '(metainfo.classes)'
            )
    return f'{path} is not a label file'
