"""Numbers of identities and classes in the labels of a list."""

import os

import numpy as np

from fairmot_mm.datasets.label_files import read_labels
from fairmot_mm.datasets.label_index import LabelIndex
from fairmot_mm.utils.text_files import read_lines

# The classifier has a row of weights for each number, also for those that nobody has.
MAX_UNUSED_IDS = 1_000_000


def count_ids(rows: np.ndarray, num_classes: int) -> np.ndarray:
    """Count the numbers of identities of each class.

    Args:
        rows: (R, 6) rows of a `LabelIndex`, without ignore regions.
        num_classes: K.

    Returns:
        (K,) largest id + 1 of every class, 0 for a class without known ids.
    """
    counts = np.zeros(num_classes, np.int64)
    classes, ids = rows[:, :2].astype(np.int64).T
    np.maximum.at(counts, classes, ids + 1)
    return counts


def renumber(rows: np.ndarray) -> None:
    """Number the known identities of each class from 0 without gaps.

    Args:
        rows: (R, 6) rows of a `LabelIndex`, changed in place.
    """
    for label in np.unique(rows[:, 0]):
        chosen = (rows[:, 0] == label) & (rows[:, 1] >= 0)
        rows[chosen, 1] = np.unique(rows[chosen, 1], return_inverse=True)[1]


def unused_ids(ann_file: str, index: LabelIndex, counts: np.ndarray) -> str:
    """Say that a list uses few of very many numbers.

    Args:
        ann_file: The list.
        index: Its labels.
        counts: What `count_ids` gives for them.

    Returns:
        The message, with file and line of the largest number; empty if it does not.
    """
    if counts.sum() <= MAX_UNUSED_IDS:
        return ''
    known = np.unique(index.rows[index.rows[:, 1] >= 0, :2], axis=0)
    if counts.sum() - len(known) <= MAX_UNUSED_IDS:
        return ''
    row = int(index.rows[:, 1].argmax())
    image = int(np.searchsorted(index.starts, row, side='right')) - 1
    path = os.fsdecode(index.paths[image])
    lines = [number for number, line in enumerate(read_lines(path), 1) if line.strip()]
    return (
        f'{path}, line {lines[row - index.starts[image]]}: identity '
        f'{index.rows[row, 1]:.0f}, but {ann_file} has {len(known)} people, '
        'and the classifier gets a class for each number up to the largest: set '
        'renumber_ids=True for this JDEDataset, or number identities from 0'
    )


def check_classes(index: LabelIndex, num_classes: int) -> None:
    """Refuse a class that the data set does not have.

    Args:
        index: Labels of a list.
        num_classes: Number of the classes that the data set has.

    Raises:
        DataError: There is one; the message names file and line.
    """
    wrong = np.flatnonzero(index.rows[:, 0] >= num_classes)
    if len(wrong):
        image = np.searchsorted(index.starts, wrong[0], side='right') - 1
        path = os.fsdecode(index.paths[image])
        read_labels(path, os.fsdecode(index.images[image]), num_classes)
