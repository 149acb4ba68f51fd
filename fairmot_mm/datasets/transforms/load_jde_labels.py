"""Loading the labels of a sample."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmdet.structures.bbox import HorizontalBoxes

from fairmot_mm.datasets.label_lines import IGNORE_CLASS
from fairmot_mm.registry import TRANSFORMS
from fairmot_mm.utils.boxes import cxcywh_to_xyxy


@TRANSFORMS.register_module()
class LoadJDELabels(BaseTransform):
    """Turn the rows of a JDE label file into boxes of the loaded image.

    Needs ``jde_labels`` (N, 6) float64 rows ``class id cx cy w h``, whose boxes are
    divided by the image size. Adds ``gt_bboxes`` (N, 4) xyxy in pixels, which may reach
    beyond the image, ``gt_bboxes_labels`` (N,) int64, ``gt_instances_ids`` (N,) int64,
    -1 = none, and ``gt_ignore_flags`` (N,) bool: rows of class -1 are ignore regions.
    Where the sample has ``teacher_embeds`` (N, D), they become ``gt_teacher_embeds``.
    """

    def transform(self, results: dict) -> dict:
        """Add the ground truth.

        Args:
            results: The sample, with ``jde_labels`` and ``img_shape`` (h, w).

        Returns:
            The sample with its ground truth.
        """
        rows = results['jde_labels']
        height, width = results['img_shape']
        scale = np.array([width, height, width, height], np.float32)
        # Identities need float64. Boxes are computed in float32, as published.
        boxes = cxcywh_to_xyxy(rows[:, 2:].astype(np.float32)) * scale
        results['gt_bboxes'] = HorizontalBoxes(boxes)
        results['gt_bboxes_labels'] = rows[:, 0].astype(np.int64)
        results['gt_instances_ids'] = rows[:, 1].astype(np.int64)
        results['gt_ignore_flags'] = rows[:, 0] == IGNORE_CLASS
        if 'teacher_embeds' in results:
            results['gt_teacher_embeds'] = results['teacher_embeds'].astype(np.float32)
        return results
