"""FairMOT's own detection score as a metric of mmengine's Evaluator."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import torch

from fairmot_mm.evaluation.image_ap import ImageAP, score_image
from fairmot_mm.evaluation.metrics.frame_metric import FrameMetric, image_key
from fairmot_mm.evaluation.metrics.frames import frames_of
from fairmot_mm.registry import METRICS
from fairmot_mm.utils import DataError


@METRICS.register_module()
class ImageAPMetric(FrameMetric):
    """Mean over images of the average precision, as published with FairMOT.

    This is not the AP of COCO or VOC, which rank the detections of all images together:
    see `FrameCocoMetric`. Images without ground truth do not count, whatever was
    detected in them, and neither do detections in ignore regions. The published code
    maps the boxes of a batch back by the size of its first image; here each image is
    mapped back by its own size.

    Takes frames with `pred_instances` in pixels of the original image and the metainfo
    `instances` that `LoadInstances` adds.

    Args:
        max_per_img: Number of detections of an image that count, best first.
        collect_device: See mmengine's ``BaseMetric``.
        collect_dir: Likewise.
        prefix: Beginning of the names of scores, 'det' by default:
            `det/AP`, `det/precision` and `det/recall`.
    """

    default_prefix = 'det'
    score_names = ('AP', 'precision', 'recall')

    def __init__(
        self,
        max_per_img: int = 128,
        collect_device: str = 'cpu',
        collect_dir: str | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device, prefix, collect_dir)
        self.max_per_img = max_per_img

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Score each image; the result of an image without ground truth is None.

        Args:
            data_batch: Not used.
            data_samples: See `frames_of`.

        Raises:
            DataError: A frame has no metainfo ``instances``.
        """
        for frame in frames_of(data_samples):
            if 'instances' not in frame:
                raise DataError(
                    "a frame has no ground truth: add dict(type='LoadInstances') to "
                    'the test pipeline, before the image is resized'
                )
            self.results.append((image_key(frame), self._score(frame)))

    def _score(self, frame: dict) -> ImageAP | None:
        rows = [row for row in frame['instances'] if not row.get('ignore_flag')]
        ignored = [row['bbox'] for row in frame['instances'] if row.get('ignore_flag')]
        if not rows:
            return None
        found = {
            name: torch.as_tensor(frame['pred_instances'][name]).cpu().numpy()
            for name in ('bboxes', 'scores', 'labels')
        }
        order = np.argsort(-found['scores'], kind='stable')[: self.max_per_img]
        return score_image(
            found['bboxes'][order].astype(np.float64),
            found['labels'][order],
            np.array([row['bbox'] for row in rows], np.float64),
            np.array([row['bbox_label'] for row in rows]),
            np.array(ignored, np.float64).reshape(-1, 4),
        )

    def frame_key(self, result: tuple[Hashable, ImageAP | None]) -> Hashable:
        """The image of a result, see `image_key`."""
        return result[0]

    def compute_metrics(
        self, results: list[tuple[Hashable, ImageAP | None]]
    ) -> dict[str, float]:
        """Average over the images that have ground truth.

        Args:
            results: Key and scores of each image.

        Returns:
            Mean ``AP``, ``precision`` and ``recall``.

        Raises:
            DataError: No image has ground truth.
        """
        scores = [score for _, score in results if score is not None]
        if not scores:
            raise DataError('no image has ground truth boxes, so there is no AP')
        ap, precision, recall = np.mean(scores, axis=0).tolist()
        return {'AP': ap, 'precision': precision, 'recall': recall}
