"""Overlap of boxes and the assignments that evaluation makes with it."""

import motmetrics as mm
import numpy as np
from scipy.optimize import linear_sum_assignment

IOU_THR = 0.5


def box_iou(tlwh: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Intersection over union, without the one pixel that association adds to sizes.

    Args:
        tlwh: (N, 4) left, top, width, height.
        others: (M, 4) in the same frame.

    Returns:
        (N, M) float64, 0 where a box has no area.
    """
    start = np.maximum(tlwh[:, None, :2], others[None, :, :2])
    end = np.minimum(
        tlwh[:, None, :2] + tlwh[:, None, 2:], others[None, :, :2] + others[None, :, 2:]
    )
    overlap = np.prod(np.maximum(end - start, 0), axis=-1)
    area = np.prod(np.maximum(tlwh[:, 2:], 0), axis=-1)
    others_area = np.prod(np.maximum(others[:, 2:], 0), axis=-1)
    union = area[:, None] + others_area[None] - overlap
    return np.divide(overlap, union, out=np.zeros_like(overlap), where=overlap > 0)


def iou_distance(iou: np.ndarray) -> np.ndarray:
    """1 - IoU, NaN where two boxes may not be paired (IoU below 0.5)."""
    distance = 1 - iou
    return np.where(distance > 1 - IOU_THR, np.nan, distance)


def match_as_motmetrics(iou: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the least summed distance, pairs below IoU 0.5 excluded."""
    return mm.lap.linear_sum_assignment(iou_distance(iou), solver='lap')


def match_as_trackeval(iou: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the largest summed IoU, values below 0.5 counting as 0.

    Solver and tolerance are TrackEval's, so that equal sums are decided alike.
    """
    epsilon = np.finfo(np.float64).eps
    scores = np.where(iou < IOU_THR - epsilon, 0, iou)
    rows, columns = linear_sum_assignment(-scores)
    paired = scores[rows, columns] > epsilon
    return rows[paired], columns[paired]
