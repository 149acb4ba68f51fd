"""How far the detections of two forms of one network agree."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from mmdet.structures.bbox import bbox_overlaps
from mmengine.structures import InstanceData
from scipy.optimize import linear_sum_assignment

# Overlap from which two boxes are the same detection.
_OVERLAP = 0.5


@dataclass(frozen=True)
class Agreement:
    """Detections of two networks in the same frames, compared one to one.

    Attributes:
        expected: Number of detections of the first network.
        found: Number of detections of the second one.
        scores: (P,) differences of the scores of the P pairs, not negative.
        cosines: (P,) 1 - cosine of the embeddings of the pairs.
    """

    expected: int
    found: int
    scores: np.ndarray
    cosines: np.ndarray

    @classmethod
    def of_frame(
        cls, expected: InstanceData, found: InstanceData, score_thr: float
    ) -> 'Agreement':
        """Compare the detections of a frame.

        Args:
            expected: Detections of the first network: ``bboxes`` (N, 4) xyxy,
                ``scores`` (N,), ``labels`` (N,), ``embeds`` (N, D) of unit length.
            found: Those of the second one.
            score_thr: Detections that do not exceed this score do not count.
        """
        one = expected[expected.scores > score_thr]
        two = found[found.scores > score_thr]
        overlaps = bbox_overlaps(one.bboxes, two.bboxes)
        overlaps[one.labels[:, None] != two.labels] = 0
        rows, columns = linear_sum_assignment(-overlaps.numpy())
        paired = overlaps.numpy()[rows, columns] >= _OVERLAP
        one_paired, two_paired = one[rows[paired]], two[columns[paired]]
        return cls(
            len(one),
            len(two),
            (one_paired.scores - two_paired.scores).abs().numpy(),
            1 - (one_paired.embeds * two_paired.embeds).sum(dim=1).numpy(),
        )

    @classmethod
    def of_frames(cls, frames: Iterable['Agreement']) -> 'Agreement':
        """Join the comparisons of several frames.

        Args:
            frames: At least one.
        """
        parts = list(frames)
        return cls(
            sum(part.expected for part in parts),
            sum(part.found for part in parts),
            np.concatenate([part.scores for part in parts]),
            np.concatenate([part.cosines for part in parts]),
        )

    @property
    def matched(self) -> int:
        """Number of pairs."""
        return len(self.scores)

    @property
    def lost(self) -> float:
        """Share of all detections that have no partner, from 0 to 1 (1 - F1)."""
        count = self.expected + self.found
        return 1 - 2 * self.matched / count if count else 0.0

    @property
    def turned(self) -> float:
        """Mean of 1 - cosine of the pairs; 0 where there is no pair."""
        return float(self.cosines.mean()) if self.matched else 0.0
