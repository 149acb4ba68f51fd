"""Which boxes of a class count, by the rules that KITTI and BDD100K have in common."""

import math

import numpy as np

from fairmot_mm.evaluation.box_matching import box_share, match_as_trackeval
from fairmot_mm.evaluation.mot_protocols import (
    FramePair,
    SequenceTracks,
    frames_to_score,
    pair_frames,
)
from fairmot_mm.utils import DataError, MOTRows
from fairmot_mm.utils.benchmark_rules import IGNORE_REGION

_EPSILON = np.finfo(np.float64).eps
_INSIDE_THR = 0.5  # share of a result in an ignore region from which it does not count


def pair_class(
    sequence: SequenceTracks, number: int, min_height: float = -math.inf
) -> list[FramePair]:
    """Pair ground truth and results of one class, as TrackEval does.

    In each frame results are first matched to the ground truth of the class, at an IoU
    of 0.5 or more. A result matched to a neutral box (mark 0) is dropped. A result
    without a match is dropped if more than half of it lies in an ignore region, or if
    it is not higher than ``min_height``. Boxes of mark 1 count as ground truth. These
    are the rules of ``Kitti2DBox`` and, without neutral boxes and with no smallest
    height, those of ``BDD100K``.

    Args:
        sequence: Ground truth and results of all classes. Rows of class 0 in the ground
            truth are ignore regions of all classes.
        number: The class, from 1.
        min_height: Height in pixels.

    Returns:
        What counts in each frame.

    Raises:
        DataError: An identity of the class is in a frame twice, or a frame is one that
            the sequence does not have.
    """
    gt, results = sequence.gt, sequence.results
    own = gt[np.isin(gt.classes, [number, IGNORE_REGION])]
    own_results = results[results.classes == number]
    of_class = sequence._replace(gt=own, results=own_results)
    is_region = own.classes == IGNORE_REGION
    is_neutral = own.marks == 0
    _require_unique(sequence.name, 'ground truth', own[~is_region])
    _require_unique(sequence.name, 'results', own_results)

    def dropped(truth: np.ndarray, found: np.ndarray, iou: np.ndarray) -> np.ndarray:
        boxes = truth[~is_region[truth]]
        rows, columns = match_as_trackeval(iou[~is_region[truth]])
        alone = np.ones(len(found), bool)
        alone[columns] = False
        tlwh = own_results.tlwh[found]
        share = box_share(tlwh, own.tlwh[truth[is_region[truth]]])
        hidden = (share > _INSIDE_THR + _EPSILON).any(axis=1)
        hidden |= tlwh[:, 3] <= min_height + _EPSILON
        lost = columns[is_neutral[boxes[rows]]]
        return np.concatenate([lost, np.flatnonzero(alone & hidden)])

    frames = frames_to_score(sequence)
    return pair_frames(of_class, frames, ~is_region & ~is_neutral, dropped)


def _require_unique(name: str, what: str, rows: MOTRows) -> None:
    """Raise if an identity is in a frame twice; ``rows`` are of one class."""
    keys, counts = np.unique(
        np.stack([rows.frames, rows.ids]), axis=1, return_counts=True
    )
    if (counts > 1).any():
        frame, identity = keys[:, counts > 1][:, 0]
        raise DataError(
            f'{name}: {what} has identity {identity} more than once in frame {frame}, '
            'in the same class'
        )
