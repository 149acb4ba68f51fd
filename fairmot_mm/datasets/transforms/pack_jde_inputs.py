"""Packing a training sample for the model."""

import cv2
import numpy as np
from mmdet.datasets.transforms import PackDetInputs

from fairmot_mm.registry import TRANSFORMS

META_KEYS = (
    'img_id',
    'img_path',
    'unreadable',
    'ori_shape',
    'img_shape',
    'scale_factor',
    'pad_param',
    'flip',
    'flip_direction',
    'frame_id',
    'frame_number',
    'frame_rate',
    'exact_frame_rate',
    'timestamp',
    'skipped',
    'video_name',
    'video_length',
    'first_frame',
    'last_frame',
    'gt_file',
    'instances',
)


@TRANSFORMS.register_module()
class PackJDEInputs(PackDetInputs):
    """mmdet's ``PackDetInputs`` with identities, for training.

    ``gt_instances`` has ``bboxes``, ``labels``, ``instances_ids`` and, where a teacher
    gave them, ``teacher_embeds``. Boxes with ``gt_ignore_flags`` are in
    ``ignored_instances``, as in mmdet.

    Args:
        meta_keys: Keys of the results that become metainfo.
    """

    mapping_table = {  # noqa: RUF012 - mmdet's own class attribute, extended
        **PackDetInputs.mapping_table,
        'gt_instances_ids': 'instances_ids',
        'gt_teacher_embeds': 'teacher_embeds',
    }

    def __init__(self, meta_keys: tuple[str, ...] = META_KEYS) -> None:
        super().__init__(meta_keys=tuple(meta_keys))

    def transform(self, results: dict) -> dict:
        """Pack a sample.

        Args:
            results: The sample, with ``img`` (H, W, 3) uint8 and its ground truth.

        Returns:
            ``inputs`` (3, H, W) uint8 and ``data_samples``, a `DetDataSample`.
        """
        planes = np.empty((3, *results['img'].shape[:2]), np.uint8)
        cv2.split(results['img'], list(planes))
        # Transposed back to (3, H, W) it is contiguous: packing makes no slow copy.
        return super().transform({**results, 'img': planes.transpose(1, 2, 0)})
