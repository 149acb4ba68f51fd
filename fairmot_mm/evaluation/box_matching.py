"""IoU of boxes, and the assignments that evaluation makes with it."""

import numpy as np
import scipy  # it imports its parts when they are used

IOU_THR = 0.5


def box_iou(tlwh: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Intersection over union, without the one pixel that the tracker adds to sizes.

    Args:
        tlwh: (N, 4) left, top, width, height in pixels.
        others: (M, 4) left, top, width, height in pixels of the same frame.

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


def box_share(tlwh: np.ndarray, regions: np.ndarray) -> np.ndarray:
    """Share of boxes that lies in each of some regions.

    Args:
        tlwh: (N, 4) left, top, width, height in pixels.
        regions: (M, 4) left, top, width, height in pixels of the same frame.

    Returns:
        (N, M) float64, 0 where a box has no area.
    """
    start = np.maximum(tlwh[:, None, :2], regions[None, :, :2])
    end = np.minimum(
        (tlwh[:, :2] + tlwh[:, 2:])[:, None], (regions[:, :2] + regions[:, 2:])[None]
    )
    shared = np.prod(np.maximum(end - start, 0), axis=-1)
    area = np.prod(np.maximum(tlwh[:, 2:], 0), axis=-1)[:, None]
    return np.divide(shared, area, out=np.zeros_like(shared), where=shared > 0)


def iou_distance(iou: np.ndarray) -> np.ndarray:
    """Distance of boxes as motmetrics reads it.

    Args:
        iou: (N, M) intersection over union.

    Returns:
        (N, M) 1 - IoU, NaN where two boxes may not be paired (IoU below 0.5).
    """
    distance = 1 - iou
    return np.where(distance > 1 - IOU_THR, np.nan, distance)


def match_as_motmetrics(iou: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pair boxes at the least summed distance, with IoU of at least 0.5.

    Args:
        iou: (N, M) intersection over union.

    Returns:
        (P,) rows and (P,) columns of the pairs.
    """
    from motmetrics.lap import linear_sum_assignment  # it needs pandas

    return linear_sum_assignment(iou_distance(iou), solver='lap')


def match_as_trackeval(iou: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pair boxes at the largest summed IoU, where values below 0.5 count as 0.

    Solver and tolerance are TrackEval's, so that ties are decided in the same way.

    Args:
        iou: (N, M) intersection over union.

    Returns:
        (P,) rows and (P,) columns of the pairs.
    """
    epsilon = np.finfo(np.float64).eps
    scores = np.where(iou < IOU_THR - epsilon, 0, iou)
    rows, columns = scipy.optimize.linear_sum_assignment(-scores)
    paired = scores[rows, columns] > epsilon
    return rows[paired], columns[paired]
