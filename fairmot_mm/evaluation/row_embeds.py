"""Embeddings for the rows of result files, which have none themselves."""

import numpy as np

from fairmot_mm.evaluation.detected_sequence import DetectedSequence
from fairmot_mm.utils import MOTRows, require_frames
from fairmot_mm.utils.boxes import xyxy_to_tlwh
from fairmot_mm.utils.pairs import pairs_in_reach

_MIN_OVERLAP = 0.5


def embeds_of_rows(rows: MOTRows, sequence: DetectedSequence) -> np.ndarray:
    """Take the embedding of each row from the detection that it came from.

    A row and a detection belong together if they are in the same frame, if no other
    row or detection overlaps either of them more, and if their IoU is 0.5 or more.

    Args:
        rows: N results; boxes in pixels.
        sequence: The detections of the same video.

    Returns:
        (N, C) float32 embeddings, NaN in rows without a detection.

    Raises:
        DataError: A row is in a frame that the detections do not have.
    """
    require_frames(
        rows.frames, sequence.frames, 'results have', lambda _: sequence.name
    )
    frames = np.repeat(sequence.frames, np.diff(sequence.starts))
    row, detection = pairs_in_reach(rows.frames.astype(float), 0.0, frames)
    tlwh = xyxy_to_tlwh(sequence.bboxes.astype(float))
    overlap = _overlap(rows.tlwh[row], tlwh[detection])
    likely = overlap >= _MIN_OVERLAP
    row, detection, overlap = row[likely], detection[likely], overlap[likely]
    mutual = _is_best(row, overlap) & _is_best(detection, overlap)
    embeds = np.full((len(rows), sequence.embeds.shape[1]), np.nan, np.float32)
    embeds[row[mutual]] = sequence.embeds[detection[mutual]]
    return embeds


def _overlap(tlwh: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(P,) intersection over union of pairs of boxes; 0 where a box has no area."""
    start = np.maximum(tlwh[:, :2], others[:, :2])
    end = np.minimum(tlwh[:, :2] + tlwh[:, 2:], others[:, :2] + others[:, 2:])
    shared = np.prod(np.maximum(end - start, 0), axis=1)
    union = np.prod(tlwh[:, 2:], axis=1) + np.prod(others[:, 2:], axis=1) - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=shared > 0)


def _is_best(group: np.ndarray, overlap: np.ndarray) -> np.ndarray:
    """(P,) bool: the first pair with the largest overlap of its group."""
    order = np.lexsort((-overlap, group))
    best = np.zeros(len(group), bool)
    best[order[np.flatnonzero(np.diff(group[order], prepend=-1))]] = True
    return best
