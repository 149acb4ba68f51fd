"""People cut out of training images, to be pasted into others."""

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

from fairmot_mm.datasets.label_index import LabelIndex, index_labels
from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.boxes import box_sizes, cxcywh_to_xyxy
from fairmot_mm.utils.errors import DataError
from fairmot_mm.utils.images import read_image

MARGIN = 0.2  # of the box height: what the segmentation knows to be background
ITERATIONS = 4
# Of the pixels of a box that a person standing or walking covers.
PLAUSIBLE_AREA = (0.28, 0.85)
PLAUSIBLE_HEIGHT = 0.85


@dataclass(frozen=True)
class CutoutRules:
    """Which boxes are cut out.

    Attributes:
        min_height: Smallest box, in pixels.
        max_height: Higher cut-outs are scaled down to this.
        max_overlap: Largest part of a box that another box may cover.
        per_identity: Most cut-outs of one identity, spread over its life.
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

    A file shows what a label's box shows; what is not the person is transparent. Boxes
    that reach out of the image, overlap others, or whose segmentation is no person in
    area or height, are left out. Same input, same files.

    Args:
        data_root: Folder that the paths of the lists are relative to.
        ann_files: Lists, see `JDEDataset`.
        out: Folder of the PNG files, ``LIST-IMAGE-ROW.png``.
        rules: Which boxes are cut out.
        show_progress: Draw progress bars.

    Returns:
        Number of boxes that were tried, and of files written.

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
            f'nobody could be cut out of {", ".join(ann_files)}: {tried} boxes are at '
            f'least {rules.min_height} pixels high and stand alone'
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
        boxes = cxcywh_to_xyxy(rows[:, 2:])
        boxes *= (width, height, width, height)
        inside = (boxes[:, :2] >= -1).all(1) & (boxes[:, 2:] <= (width, height)).all(1)
        high = boxes[:, 3] - boxes[:, 1] >= rules.min_height
        alone = _overlap(boxes) <= rules.max_overlap
        for row in np.flatnonzero(inside & high & alone):
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
    """(N,) largest part of each box that any other box covers."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = (high - low).clip(0).prod(axis=2)
    np.fill_diagonal(shared, 0)
    return shared.max(axis=1) / box_sizes(boxes).prod(axis=1)


def _cut(image: np.ndarray, box: np.ndarray, rules: CutoutRules) -> np.ndarray | None:
    """(h, w, 4) BGRA of what the box shows, None where no person comes out."""
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
    no_rect = (0, 0, 1, 1)  # not read: the marks say where to begin
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
