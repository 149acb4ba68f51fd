"""Loading ground truth for mmdet's metrics."""

from mmcv.transforms import BaseTransform

from fairmot_mm.datasets.transforms.instance_fields import ignore_flags
from fairmot_mm.registry import TRANSFORMS


@TRANSFORMS.register_module()
class LoadInstances(BaseTransform):
    """Add the ground truth boxes to the metainfo, where mmdet's metrics read them.

    This transform must come before the image is resized. Adds ``instances``: for each
    box a dict with ``bbox`` (xyxy in pixels of the original image), ``bbox_label`` and
    ``ignore_flag``, 1 for an ignore region (``bbox_label`` -1: of every class).
    """

    def transform(self, results: dict) -> dict:
        """Add the ``instances``.

        Args:
            results: The sample, with ``gt_bboxes`` and ``gt_bboxes_labels``.

        Returns:
            The sample with ``instances``.
        """
        boxes = results['gt_bboxes'].tensor.tolist()
        labels = results['gt_bboxes_labels'].tolist()
        flags = ignore_flags(results).tolist()
        results['instances'] = [
            {'bbox': bbox, 'bbox_label': label, 'ignore_flag': int(flag)}
            for bbox, label, flag in zip(boxes, labels, flags, strict=True)
        ]
        return results
