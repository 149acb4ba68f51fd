"""Cutting people out of training images, to paste them into other images."""

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

from fairmot_mm.datasets.label_index import LabelIndex, index_labels
from fairmot_mm.datasets.label_lines import IGNORE_CLASS
from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.boxes import box_sizes, cxcywh_to_xyxy
from fairmot_mm.utils.errors import DataError
from fairmot_mm.utils.images import read_image

MARGIN = 0.2  # background around the box for the segmentation, in box heights
ITERATIONS = 4
# Share of a box's pixels, and of its height, that a standing or walking person covers.
PLAUSIBLE_AREA = (0.28, 0.85)
PLAUSIBLE_HEIGHT = 0.85


@dataclass(frozen=True)
class CutoutRules:
    """Which boxes are cut out.

    Attributes:
        min_height: Smallest height of a box, in pixels.
        max_height: Taller cut-outs are scaled down to this height, in pixels.
        max_overlap: Largest share of a box that another box may cover, in [0, 1].
        per_identity: Largest number of cut-outs of one identity, spread evenly over
            its boxes.
    """

    min_height: int = 60
    max_height: int = 192
    max_overlap: float = 0.05
    per_identity: int = 8


def cut_out_people(
    data_root: str | Path,
    ann_files: Sequence[str],
    out: str | Path,
    rules: CutoutRules = CutoutRules(),
    show_progress: bool = False,
) -> tuple[int, int]:
    """Cut people out of JDE sets by GrabCut, as PNG files with transparency.

    A file shows the area of a label's box; everything but the person is transparent.
    Left out are boxes that reach beyond the image, boxes that overlap others, and boxes
    whose segmentation has not the area or height of a person. The same input gives the
    same files.

    Args:
        data_root: Folder that the paths of the lists are relative to.
        ann_files: Lists, see `JDEDataset`.
        out: Folder of the PNG files, ``LIST-IMAGE-ROW.png``.
        rules: The rules by which boxes are chosen.
        show_progress: Draw progress bars.

    Returns:
        The number of boxes that were tried, and the number of files written.

    Raises:
        DataError: A list or label is missing or malformed, or nothing is cut out.
    """
    tried = written = 0
    Path(out).mkdir(parents=True, exist_ok=True)
    for ann_file in ann_files:
        index = index_labels(str(Path(data_root, ann_file)), str(data_root), None)
        chosen = _choose(index, rules)
        for number in track(chosen, f'cutting {ann_file}', disable=not show_progress):
            image = read_image(os.fsdecode(index.images[number]))
            for row, box in chosen[number]:
                tried += 1
                cutout = _cut(image, box, rules)
                if cutout is None:
                    continue
                name = f'{Path(ann_file).name}-{number:06d}-{row:03d}.png'
                with atomic_path(Path(out, name)) as temporary:
                    temporary.write_bytes(cv2.imencode('.png', cutout)[1].tobytes())
                written += 1
    if not written:
        raise DataError(
            f'no person could be cut out of {", ".join(ann_files)}: {tried} boxes are '
            f'at least {rules.min_height} pixels high and overlap no other'
        )
    return tried, written


def _choose(
    index: LabelIndex, rules: CutoutRules
) -> dict[int, list[tuple[int, np.ndarray]]]:
    """Rows and boxes (xyxy in pixels) to cut out of each image."""
    by_identity = defaultdict(list)
    for number, path in enumerate(index.images):
        rows = index.rows[index.starts[number] : index.starts[number + 1]]
        if not len(rows):
            continue
        height, width = read_image(os.fsdecode(path)).shape[:2]
        boxes = cxcywh_to_xyxy(rows[:, 2:].astype(np.float32))
        boxes *= (width, height, width, height)
        inside = (boxes[:, :2] >= -1).all(1) & (boxes[:, 2:] <= (width, height)).all(1)
        high = boxes[:, 3] - boxes[:, 1] >= rules.min_height
        alone = _overlap(boxes) <= rules.max_overlap
        people = rows[:, 0] != IGNORE_CLASS
        for row in np.flatnonzero(people & inside & high & alone):
            identity = int(rows[row, 1])
            key = (identity, 0) if identity >= 0 else (number, row + 1)
            by_identity[key].append((number, int(row), boxes[row]))
    chosen = defaultdict(list)
    for found in by_identity.values():
        count = min(rules.per_identity, len(found))
        for place in np.linspace(0, len(found) - 1, count).round().astype(int):
            number, row, box = found[place]
            chosen[number].append((row, box))
    return dict(sorted(chosen.items()))


def _overlap(boxes: np.ndarray) -> np.ndarray:
    """(N,) largest share of each (N, 4) xyxy box that any other box covers."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = (high - low).clip(0).prod(axis=2)
    np.fill_diagonal(shared, 0)
    return shared.max(axis=1) / box_sizes(boxes).prod(axis=1)


def _cut(image: np.ndarray, box: np.ndarray, rules: CutoutRules) -> np.ndarray | None:
    """Cut out (h, w, 4) BGRA of a box (4,); None where no person is segmented."""
    margin = MARGIN * (box[3] - box[1])
    left, top = np.floor(box[:2] - margin).clip(0).astype(int)
    right, bottom = np.ceil(box[2:] + margin).astype(int)
    crop = image[top:bottom, left:right]
    scale = min(1.0, rules.max_height / (box[3] - box[1]))
    crop = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    x1, y1, x2, y2 = (
        ((box - (left, top, left, top)) * scale).round().astype(int).clip(0)
    )
    marks = np.full(crop.shape[:2], cv2.GC_BGD, np.uint8)
    marks[y1:y2, x1:x2] = cv2.GC_PR_BGD
    center, axes = ((x1 + x2) // 2, (y1 + y2) // 2), ((x2 - x1) // 3, (y2 - y1) // 2)
    cv2.ellipse(marks, center, axes, 0, 0, 360, cv2.GC_PR_FGD, -1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    no_rect = (0, 0, 1, 1)  # OpenCV ignores it, because the marks say where to begin
    cv2.grabCut(crop, marks, no_rect, *models, ITERATIONS, cv2.GC_INIT_WITH_MASK)
    person = ((marks & 1) == 1).astype(np.uint8)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(person)
    if len(stats) < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    area = stats[largest, cv2.CC_STAT_AREA] / max((x2 - x1) * (y2 - y1), 1)
    height = stats[largest, cv2.CC_STAT_HEIGHT] / max(y2 - y1, 1)
    low, high = PLAUSIBLE_AREA
    if not low <= area <= high or height < PLAUSIBLE_HEIGHT:
        return None
    alpha = cv2.GaussianBlur(
        np.where(parts == largest, 255, 0).astype(np.uint8), (3, 3), 0
    )
    return np.dstack([crop, alpha])[y1:y2, x1:x2]
