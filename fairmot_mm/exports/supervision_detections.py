"""Tracks as ``supervision.Detections``, and back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.exports.import_supervision import import_supervision
from fairmot_mm.utils import DataError

if TYPE_CHECKING:
    from supervision import Detections


def to_supervision(
    sample: DetDataSample, classes: Sequence[str] | None = None
) -> 'Detections':
    """Give the tracks of a frame to the tools of supervision.

    ``supervision.Detections.from_mmdetection`` takes ``pred_instances`` instead: all
    boxes of the network, also those of low score, and without identities.

    Args:
        sample: A result of `TrackInferencer`, with ``pred_track_instances``.
        classes: Names of the classes, as in ``model.dataset_meta['classes']``, for
            annotators that write them.

    Returns:
        ``xyxy`` (M, 4) in pixels of the frame, ``confidence``, ``class_id`` from 0 and
        ``tracker_id``, each (M,), and with ``classes`` the names in
        ``data['class_name']``.

    Raises:
        DataError: The sample has no tracks, or a class has no name.
        ConfigError: supervision is not installed.
    """
    if 'pred_track_instances' not in sample:
        raise DataError('the sample has no pred_track_instances: it is not tracked')
    tracks = sample.pred_track_instances.cpu().numpy()
    labels = tracks.labels.astype(int)
    data = {}
    if classes is not None:
        if labels.size and not 0 <= labels.min() <= labels.max() < len(classes):
            raise DataError(
                f'the tracks have class {labels.max()}, and classes has '
                f'{len(classes)} names, from 0'
            )
        data['class_name'] = np.array(classes, dtype=str)[labels]
    return import_supervision().Detections(
        xyxy=tracks.bboxes.reshape(-1, 4),
        confidence=tracks.scores,
        class_id=labels,
        tracker_id=tracks.instances_id.astype(int),
        data=data,
    )


def from_supervision(
    detections: 'Detections', metainfo: dict | None = None
) -> DetDataSample:
    """Give tracks of supervision to the tools of this package.

    Args:
        detections: ``xyxy``, ``confidence``, ``class_id`` and ``tracker_id``; what else
            it holds is left out.
        metainfo: Metainfo of the sample, such as ``frame_id`` and ``ori_shape``.

    Returns:
        A sample with ``pred_track_instances``, see `TrackInferencer`.

    Raises:
        DataError: The detections have no identities, classes or scores.
    """
    for name in ('tracker_id', 'class_id', 'confidence'):
        if getattr(detections, name) is None and len(detections):
            raise DataError(
                f'the detections have no {name}: tracks need tracker_id, class_id and '
                'confidence'
            )
    ids, labels, scores = (
        np.zeros(0) if values is None else np.asarray(values)
        for values in (
            detections.tracker_id,
            detections.class_id,
            detections.confidence,
        )
    )
    return DetDataSample(
        metainfo=metainfo or {},
        pred_track_instances=InstanceData(
            bboxes=torch.from_numpy(detections.xyxy.astype(np.float32)),
            scores=torch.from_numpy(scores.astype(np.float32)),
            labels=torch.from_numpy(labels.astype(np.int64)),
            instances_id=torch.from_numpy(ids.astype(np.int64)),
        ),
    )
