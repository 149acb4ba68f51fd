"""COCO's detection scores on frames of videos."""

from collections.abc import Hashable, Sequence

from mmdet.evaluation import CocoMetric

from fairmot_mm.evaluation.metrics.frame_metric import FrameMetric
from fairmot_mm.evaluation.metrics.frames import frames_of
from fairmot_mm.registry import METRICS


@METRICS.register_module()
class FrameCocoMetric(FrameMetric, CocoMetric):
    """mmdet's ``CocoMetric`` on the frames of clips.

    Without ``ann_file`` the ground truth is read from the metainfo ``instances``, which
    `LoadInstances` adds. An ignore region without a class is one of each class, in
    which detections do not count. Arguments and scores are those of ``CocoMetric``.
    """

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Keep the detections and the ground truth of each frame.

        Args:
            data_batch: Passed on to ``CocoMetric``.
            data_samples: See `frames_of`.
        """
        frames = [
            {**frame, 'instances': self._of_each_class(frame['instances'])}
            if 'instances' in frame
            else frame
            for frame in frames_of(data_samples)
        ]
        super().process(data_batch, frames)

    def _of_each_class(self, instances: Sequence[dict]) -> list[dict]:
        """The instances, those of no class once for each class."""
        labels = range(len(self.dataset_meta['classes']))
        return [
            {**row, 'bbox_label': label}
            for row in instances
            for label in (labels if row['bbox_label'] < 0 else [row['bbox_label']])
        ]

    def frame_key(self, result: tuple[dict, dict]) -> Hashable:
        """The ``img_id`` of a result, which COCO tells images apart by."""
        return result[1]['img_id']
