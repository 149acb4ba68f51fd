"""Writing the detections of a batch into its samples."""

from collections.abc import Sequence

import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from torch import Tensor

from fairmot_mm.models.utils.decode import CenterDetections


def set_pred_instances(
    batch_data_samples: Sequence[DetDataSample],
    found: CenterDetections,
    embeds: Tensor,
    score_thr: float,
) -> None:
    """Give each sample its detections, copied to the CPU once for the batch.

    Args:
        batch_data_samples: B samples; each gets ``pred_instances`` with ``bboxes``
            (N, 4), ``scores`` (N,), ``labels`` (N,) and ``embeds`` (N, D).
        found: Detections of the batch, k for each image.
        embeds: (B, k, D) of unit length.
        score_thr: Score that a detection must exceed; filtered on the device.
    """
    keep = found.scores > score_thr  # (B, k)
    columns = [found.bboxes, found.scores[..., None], found.labels[..., None].float()]
    rows = torch.cat([*columns, embeds], dim=-1)
    kept_rows, counts = rows[keep].cpu(), keep.sum(dim=1).tolist()
    parts = kept_rows.split(counts)
    for sample, image_rows in zip(batch_data_samples, parts, strict=True):
        sample.pred_instances = InstanceData(
            bboxes=image_rows[:, :4],
            scores=image_rows[:, 4],
            labels=image_rows[:, 5].long(),
            embeds=image_rows[:, 6:],
        )
