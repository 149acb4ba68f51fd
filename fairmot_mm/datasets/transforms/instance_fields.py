"""The fields that a sample has for each of its boxes, changed together."""

import numpy as np
from mmdet.structures.bbox import HorizontalBoxes

# Besides ``gt_bboxes``; with the value that a new box without identity has.
INSTANCE_FIELDS = {
    'gt_bboxes_labels': 0,
    'gt_instances_ids': -1,
    'gt_ignore_flags': False,
    'gt_teacher_embeds': 0,
}


def ignore_flags(results: dict) -> np.ndarray:
    """Find out which boxes of a sample are ignore regions.

    Args:
        results: The sample, with ``gt_bboxes`` and perhaps ``gt_ignore_flags``.

    Returns:
        (N,) bool.
    """
    count = len(results['gt_bboxes'])
    return results.get('gt_ignore_flags', np.zeros(count, bool)).astype(bool)


def keep_instances(results: dict, bboxes: np.ndarray, keep: np.ndarray) -> None:
    """Set the boxes of a sample and leave some of them out, with all their fields.

    Args:
        results: The sample, changed in place.
        bboxes: (N, 4) xyxy in pixels, the new place of every box.
        keep: (N,) bool mask of the boxes that stay.
    """
    results['gt_bboxes'] = HorizontalBoxes(bboxes[keep].astype(np.float32))
    for name in INSTANCE_FIELDS:
        if name in results:
            results[name] = results[name][keep]


def add_people(results: dict, bboxes: np.ndarray, label: int) -> None:
    """Add people without identity to a sample.

    Args:
        results: The sample, changed in place.
        bboxes: (N, 4) float32 xyxy in pixels.
        label: Their class.
    """
    old = results['gt_bboxes'].tensor.numpy()
    results['gt_bboxes'] = HorizontalBoxes(np.concatenate([old, bboxes]))
    for name, value in {**INSTANCE_FIELDS, 'gt_bboxes_labels': label}.items():
        if name in results:
            own = results[name]
            added = np.full((len(bboxes), *own.shape[1:]), value, own.dtype)
            results[name] = np.concatenate([own, added])
