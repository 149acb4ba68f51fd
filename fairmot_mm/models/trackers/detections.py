"""What a tracker reads of one frame: its place in the video and its detections."""

import math
import operator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.utils import DataError
from fairmot_mm.utils.boxes import xyxy_to_tlwh

_FIELDS = ('bboxes', 'scores', 'labels', 'embeds')


@dataclass(frozen=True)
class Detections:
    """The detections of one frame that may take part in tracking, best score first.

    Attributes:
        tlwh: (D, 4) float64 left, top, width, height in pixels of the frame.
        scores: (D,) float32.
        labels: (D,) int64.
        embeds: (D, C) float32 of unit length.
        strong: (D,) bool, the score is enough to start a track. The others can only
            continue one, in a stage that looks for them.
    """

    tlwh: np.ndarray
    scores: np.ndarray
    labels: np.ndarray
    embeds: np.ndarray
    strong: np.ndarray

    @classmethod
    def from_instances(
        cls, instances: InstanceData, score_thr: float, strong_thr: float | None = None
    ) -> 'Detections':
        """Copy detections to the host at once, filter and sort them.

        Left out are scores not above ``score_thr``, rows with a value that is not
        finite, and boxes without width or height: none of them can be followed.
        Widths are differences in float32, as in the published tracker.

        Args:
            instances: `pred_instances` of a frame: `bboxes` (N, 4) xyxy in pixels of
                the frame, `scores` (N,), `labels` (N,), `embeds` (N, C).
            score_thr: Score that a detection must exceed.
            strong_thr: Score that a strong one must exceed; by default all are strong.

        Returns:
            The detections that remain; equal scores keep their order.

        Raises:
            DataError: A field is missing or has the wrong shape.
        """
        columns, labels = cls._host_columns(instances)
        with np.errstate(over='ignore', invalid='ignore'):
            tlwh = xyxy_to_tlwh(columns[:, :4])
        scores = columns[:, 4]
        keep = np.isfinite(columns).all(axis=1) & np.isfinite(tlwh).all(axis=1)
        keep &= (tlwh[:, 2:] > 0).all(axis=1) & (scores > score_thr)
        order = np.flatnonzero(keep)
        order = order[np.argsort(-scores[order], kind='stable')]
        return cls(
            tlwh=tlwh[order].astype('f8'),
            scores=scores[order],
            labels=labels[order],
            embeds=unit_embeds(columns[order, 5:]),
            strong=scores[order] > (score_thr if strong_thr is None else strong_thr),
        )

    @classmethod
    def none(cls) -> 'Detections':
        """Those of a frame in which nobody was looked for."""
        return cls(
            tlwh=np.zeros((0, 4)),
            scores=np.zeros(0, dtype=np.float32),
            labels=np.zeros(0, dtype=np.int64),
            embeds=np.zeros((0, 0), dtype=np.float32),
            strong=np.zeros(0, dtype=bool),
        )

    def __len__(self) -> int:
        return len(self.tlwh)

    @staticmethod
    def _host_columns(instances: InstanceData) -> tuple[np.ndarray, np.ndarray]:
        """(N, 5 + C) float32 of box, score, embedding; (N,) int64 labels."""
        missing = [name for name in _FIELDS if name not in instances]
        if missing:
            raise DataError(
                f'pred_instances has no {missing}: the tracker needs {list(_FIELDS)}; '
                'use a detector with a `reid_head`, which predicts `embeds`'
            )
        bboxes, scores, labels, embeds = (instances[name] for name in _FIELDS)
        fits = bboxes.shape[1:] == (4,) and embeds.ndim == 2
        if not (fits and scores.ndim == labels.ndim == 1):
            shapes = ', '.join(str(tuple(instances[name].shape)) for name in _FIELDS)
            raise DataError(
                'pred_instances must have bboxes (N, 4), scores (N,), labels (N,), '
                f'embeds (N, C); found {shapes}'
            )
        # Labels ride along as floats, exact up to 2^24: one copy from the device.
        parts = [bboxes, scores[:, None], embeds, labels[:, None]]
        table = torch.cat([part.detach().float() for part in parts], dim=1)
        columns = table.cpu().numpy()
        return columns[:, :-1], columns[:, -1].astype(np.int64)


class FramePlace(NamedTuple):
    """Where in which kind of video a frame stands.

    Attributes:
        frame_id: Index of the frame within the video.
        frame_rate: Frames a second.
        size: Width and height in pixels; None if the data sample does not say.
    """

    frame_id: int
    frame_rate: float
    size: tuple[int, int] | None

    @classmethod
    def read(cls, data_sample: DetDataSample) -> 'FramePlace':
        """Read it from the metainfo of a data sample.

        Args:
            data_sample: With `frame_id` and, if it is not 30, `frame_rate`; `ori_shape`
                (height, width) if the size of the frames may change.

        Raises:
            DataError: `frame_id` is missing or negative, or `frame_rate` not above 0.
        """
        metainfo = data_sample.metainfo
        if 'frame_id' not in metainfo:
            raise DataError(
                'the data sample has no `frame_id`: give the index of the frame in its '
                'video, from 0, in the metainfo'
            )
        try:
            frame_id = operator.index(metainfo['frame_id'])
        except TypeError:
            frame_id = -1
        if frame_id < 0:
            raise DataError(
                f'frame_id={metainfo["frame_id"]} of the data sample must be a whole '
                'number from 0'
            )
        frame_rate = float(metainfo.get('frame_rate', 30))
        if not (math.isfinite(frame_rate) and frame_rate > 0):
            raise DataError(
                f'frame_rate={frame_rate} of the data sample must be above 0'
            )
        height, width = metainfo.get('ori_shape', (0, 0))[:2]
        return cls(frame_id, frame_rate, (width, height) if width and height else None)


def unit_embeds(embeds: np.ndarray) -> np.ndarray:
    """Divide float32 embeddings (D, C) by their length; zeros stay zeros."""
    norm = np.linalg.norm(embeds, axis=1, keepdims=True)
    return embeds / np.where(norm > 0, norm, np.float32(1))
