"""Adds people to labels that lack them."""

import argparse
import os
from pathlib import Path

import numpy as np

from fairmot_mm.actions.label_with_teacher import open_teacher
from fairmot_mm.datasets.label_index import LabelIndex, index_labels
from fairmot_mm.datasets.label_lines import IGNORE_CLASS
from fairmot_mm.evaluation.box_matching import box_iou, box_share
from fairmot_mm.inference.teacher_detector import TeacherDetector
from fairmot_mm.utils import cli, write_text
from fairmot_mm.utils.boxes import (
    cxcywh_to_tlwh,
    tlwh_to_cxcywh,
    xyxy_to_tlwh,
)
from fairmot_mm.utils.images import read_image
from fairmot_mm.utils.text_files import read_text

# A label covers a box of the teacher from this overlap on, or if this share of the box
# lies in it: a bag, or a part of a person who is hidden. In a region, half is enough.
SAME_OVERLAP = 0.4
SHARE_IN_PERSON = 0.75
SHARE_IN_REGION = 0.5


def complete_with_teacher(args: argparse.Namespace) -> None:
    """Add lines to the label files of each list.

    Raises:
        DataError: A list, label or image is missing or malformed.
        CheckpointError: The file of the teacher cannot be used.
    """
    args.reid = None
    detector = open_teacher(args).detector
    for name in args.ann_files:
        index = index_labels(str(args.data_root / name), str(args.data_root), None)
        added = np.zeros(2, int)
        for number in cli.show_progress(range(len(index.images)), name):
            added += _complete_image(index, number, detector, args)
        people, regions = added.tolist()
        print(
            f'{name}: {people} people and {regions} ignore regions added to '
            f'{len(index.rows)} labels'
        )


def _complete_image(
    index: LabelIndex,
    number: int,
    detector: TeacherDetector,
    args: argparse.Namespace,
) -> tuple[int, int]:
    """Complete the labels of an image: the number of new people and regions."""
    image = read_image(os.fsdecode(index.images[number]))
    size = np.tile(image.shape[1::-1], 2)
    rows = index.rows[index.starts[number] : index.starts[number + 1]]
    xyxy, scores = detector.detect(image)
    tlwh = xyxy_to_tlwh(np.clip(xyxy.astype(float), 0, size))
    new = (scores >= args.ignore_thr) & (tlwh[:, 3] >= args.min_height)
    new &= ~_are_covered(tlwh, rows[:, 0], cxcywh_to_tlwh(rows[:, 2:]) * size)
    if not new.any():
        return 0, 0
    is_person = scores[new] >= args.score_thr
    lines = [
        f'{0 if person else IGNORE_CLASS} -1 {cx:.6f} {cy:.6f} {w:.6f} {h:.6f}\n'
        for person, (cx, cy, w, h) in zip(
            is_person, tlwh_to_cxcywh(tlwh[new]) / size, strict=True
        )
    ]
    file = Path(os.fsdecode(index.paths[number]))
    text = read_text(file)
    separator = '\n' if text and not text.endswith('\n') else ''
    write_text(file, text + separator + ''.join(lines))
    return int(is_person.sum()), int((~is_person).sum())


def _are_covered(
    tlwh: np.ndarray, classes: np.ndarray, labelled: np.ndarray
) -> np.ndarray:
    """(N,) bool: boxes (N, 4) of which one of (M, 4) labels knows already."""
    share = box_share(tlwh, labelled)
    enough = np.where(classes == IGNORE_CLASS, SHARE_IN_REGION, SHARE_IN_PERSON)
    known = (box_iou(tlwh, labelled) > SAME_OVERLAP) | (share > enough)
    return np.asarray(known.any(axis=1))
