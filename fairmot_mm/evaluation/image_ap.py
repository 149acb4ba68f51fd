"""Average precision of one image, as FairMOT's detection test computes it."""

from typing import NamedTuple

import numpy as np

from fairmot_mm.evaluation.box_matching import IOU_THR, box_iou
from fairmot_mm.utils.boxes import box_sizes, xyxy_to_tlwh

# Share of a detection in an ignore region from which it does not count, as in COCO.
INSIDE_THR = 0.5


class ImageAP(NamedTuple):
    """Scores of one image, in [0, 1].

    Attributes:
        ap: Area under the curve of precision over recall.
        precision: Precision of all detections.
        recall: Recall of all detections.
    """

    ap: float
    precision: float
    recall: float


def score_image(
    bboxes: np.ndarray,
    labels: np.ndarray,
    gt_bboxes: np.ndarray,
    gt_labels: np.ndarray,
    ignored: np.ndarray | None = None,
) -> ImageAP:
    """Score the detections of an image that has ground truth.

    Each detection, best first, is compared with the ground truth box of the highest
    IoU. It is right if the IoU is above 0.5, the classes are equal, and no better
    detection was right about the same box. A detection that is not right does not count
    if more than half of it lies in an ignore region.

    Args:
        bboxes: (N, 4) xyxy in pixels, best score first.
        labels: (N,) int64 classes.
        gt_bboxes: (M, 4) xyxy in pixels of the same image, M > 0.
        gt_labels: (M,) int64 classes.
        ignored: (R, 4) xyxy in pixels, ignore regions of all classes.

    Returns:
        The scores of the image.
    """
    iou = box_iou(xyxy_to_tlwh(bboxes), xyxy_to_tlwh(gt_bboxes))
    nearest = iou.argmax(axis=1)
    right = (iou.max(axis=1) > IOU_THR) & (labels == gt_labels[nearest])
    first = np.zeros(len(right), dtype=bool)
    rows = np.flatnonzero(right)
    first[rows[np.unique(nearest[rows], return_index=True)[1]]] = True
    if ignored is not None and len(ignored):
        counts = first | ~(_share_inside(bboxes, ignored) > INSIDE_THR)
        first = first[counts]
    return average_precision(first, len(gt_bboxes))


def _share_inside(bboxes: np.ndarray, regions: np.ndarray) -> np.ndarray:
    """(N,) largest share of each (N, 4) xyxy box that one of (R, 4) regions covers."""
    low = np.maximum(bboxes[:, None, :2], regions[None, :, :2])
    high = np.minimum(bboxes[:, None, 2:], regions[None, :, 2:])
    shared = (high - low).clip(0).prod(axis=2).max(axis=1)
    return np.asarray(shared / box_sizes(bboxes).prod(axis=1).clip(1e-9))


def average_precision(right: np.ndarray, num_gt: int) -> ImageAP:
    """Area under the envelope of precision over recall, at all points.

    Args:
        right: (N,) bool, whether each detection is right, best score first.
        num_gt: Number of ground truth boxes, more than 0.

    Returns:
        The scores; all 0 without a detection.
    """
    if len(right) == 0:
        return ImageAP(0.0, 0.0, 0.0)
    found = np.cumsum(right)
    recall, precision = found / num_gt, found / np.arange(1, len(right) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    area = np.sum(np.diff(recall, prepend=0) * envelope)
    return ImageAP(float(area), float(precision[-1]), float(recall[-1]))
