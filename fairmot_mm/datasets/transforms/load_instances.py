"""Ground truth for mmdet's metrics."""

from mmcv.transforms import BaseTransform

from fairmot_mm.registry import TRANSFORMS


@TRANSFORMS.register_module()
class LoadInstances(BaseTransform):
    """Note the ground truth boxes as mmdet's metrics read them, as metainfo.

    Stands before the image is resized. Adds ``instances``: for each box a dict with
    ``bbox`` (xyxy in pixels of the original image), ``bbox_label`` and ``ignore_flag``.
    """

    def transform(self, results: dict) -> dict:
        """Add the ``instances`` of ``results``."""
        boxes = results['gt_bboxes'].tensor.tolist()
        results['instances'] = [
            {'bbox': bbox, 'bbox_label': int(label), 'ignore_flag': 0}
            for bbox, label in zip(boxes, results['gt_bboxes_labels'], strict=True)
        ]
        return results
