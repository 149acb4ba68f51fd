"""The detections of one frame in the form that the tracker works on."""

from dataclasses import dataclass

import numpy as np
import torch
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
        strong: (D,) bool, the score is enough to begin a track. The other detections
            are weak: they can only continue a track, in a stage that asks for them.
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

        Rows are left out whose score is not above ``score_thr``, that have a value that
        is not finite, or whose box has no width or height: the tracker cannot follow
        them. Widths are differences in float32, as in the published tracker.

        Args:
            instances: `pred_instances` of a frame: `bboxes` (N, 4) xyxy in pixels of
                the frame, `scores` (N,), `labels` (N,), `embeds` (N, C); tensors or
                NumPy arrays.
            score_thr: Score that a detection must exceed.
            strong_thr: Score that a strong detection must exceed; by default all
                detections are strong.

        Returns:
            The D detections that remain; those of equal score keep their order.

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
    def empty(cls) -> 'Detections':
        """The detections of a frame in which the network did not run.

        Returns:
            No detections, D = 0, with embeddings of no channels.
        """
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
        bboxes, scores, labels, embeds = (
            _as_tensor(name, instances[name]) for name in _FIELDS
        )
        fits = bboxes.shape[1:] == (4,) and embeds.ndim == 2
        if not (fits and scores.ndim == labels.ndim == 1):
            fields = (bboxes, scores, labels, embeds)
            shapes = ', '.join(str(tuple(field.shape)) for field in fields)
            raise DataError(
                'pred_instances must have bboxes (N, 4), scores (N,), labels (N,), '
                f'embeds (N, C); found {shapes}'
            )
        # Labels are copied as floats, exact up to 2^24, so that one copy is enough.
        parts = [bboxes, scores[:, None], embeds, labels[:, None]]
        table = torch.cat([part.detach().float() for part in parts], dim=1)
        columns = table.cpu().numpy()
        return columns[:, :-1], columns[:, -1].astype(np.int64)


def _as_tensor(name: str, values: object) -> torch.Tensor:
    """A field as a tensor; NumPy arrays are taken, too."""
    if isinstance(values, torch.Tensor):
        return values
    if isinstance(values, np.ndarray) and values.dtype.kind in 'biuf':
        return torch.from_numpy(np.ascontiguousarray(values))
    raise DataError(
        f'pred_instances.{name} is a {type(values).__name__}; it must be a tensor or a '
        'NumPy array of numbers'
    )


def unit_embeds(embeds: np.ndarray) -> np.ndarray:
    """Divide embeddings by their length.

    Args:
        embeds: (D, C) float32.

    Returns:
        (D, C) float32 of length 1; a row of zeros stays a row of zeros.
    """
    norm = np.linalg.norm(embeds, axis=1, keepdims=True)
    return embeds / np.where(norm > 0, norm, np.float32(1))
