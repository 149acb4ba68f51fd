"""Writing the ground truth of a converted video, to score tracks against."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fairmot_mm.datasets.converters.label_part import LabelPart
from fairmot_mm.datasets.label_lines import IGNORE_CLASS
from fairmot_mm.utils import write_text
from fairmot_mm.utils.boxes import cxcywh_to_tlwh
from fairmot_mm.utils.class_files import CLASS_FILE

DISTRACTOR = 8  # class of MOT16, 17 and 20


def write_ground_truth(
    folder: Path, part: LabelPart, numbers: np.ndarray, names: Sequence[str]
) -> None:
    """Write ``folder/gt/gt.txt`` in the columns of MOT17: mark and visibility are 1.

    Without names, ignore regions become distractors of mark 0, so that tracks on them
    do not count. Otherwise ``labels.txt`` has the names; ignore regions have class 0,
    and boxes that the source does not count have their class; both have mark 0.

    Args:
        folder: Folder of the sequence.
        part: The labels of the video.
        numbers: (N,) number of the frame of each image.
        names: Names of the classes; without any, no file of names is written.

    Raises:
        OutputError: The folder cannot be written.
    """
    boxes = cxcywh_to_tlwh(part.boxes) * np.tile(part.source.sizes, 2)[part.image]
    frames = numbers[part.image]
    ignored = part.labels == IGNORE_CLASS
    if names:
        ids, classes = _join_identities(part), part.classes + 1
    else:
        ids, classes = part.ids, np.where(ignored, DISTRACTOR, part.labels + 1)
    # In a frame each row needs a number of its own.
    ids = np.where(ignored, 1 + ids.max(initial=-1) + ignored.cumsum(), ids)
    digits = 4 if names else 2
    lines = [
        f'{frame},{identity},'
        + ','.join(f'{value:.{digits}f}' for value in box)
        + f',{mark:d},{label},1\n'
        for frame, identity, mark, label, box in zip(
            frames, ids, ~ignored, classes, boxes, strict=True
        )
        if identity >= 0
    ]
    write_text(folder / 'gt' / 'gt.txt', ''.join(lines))
    if names:
        write_text(folder / 'gt' / CLASS_FILE, ''.join(f'{name}\n' for name in names))


def _join_identities(part: LabelPart) -> np.ndarray:
    """(R,) identities that no two classes share, from 1; -1 where it is unknown."""
    known = part.ids >= 0
    pairs = np.stack([part.labels, part.ids], 1)[known]
    ids = part.ids.copy()
    ids[known] = np.unique(pairs, axis=0, return_inverse=True)[1].ravel() + 1
    return ids
