"""How well boxes are found in a sequence, and how well embeddings tell people apart."""

import contextlib
import os
from typing import Any, NamedTuple

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from fairmot_mm.evaluation.detected_sequence import DetectedSequence
from fairmot_mm.evaluation.mot_protocols import DISTRACTORS
from fairmot_mm.evaluation.row_embeds import embeds_of_rows
from fairmot_mm.evaluation.verification import true_accept_rates
from fairmot_mm.utils import DataError, MOTRows
from fairmot_mm.utils.boxes import xyxy_to_tlwh

FALSE_ACCEPT_RATES = (1e-2, 1e-3, 1e-4)
# The recall is read where the precision is still this much.
PRECISION = 0.9
MAX_BOXES = 300  # of a frame


class DetectionScores(NamedTuple):
    """Scores of the boxes of a sequence, in [0, 1].

    Attributes:
        ap50: Average precision of COCO at an IoU of 0.5.
        recall: Largest recall at which the precision is `PRECISION` or more, in steps
            of 0.01 as in COCO.
    """

    ap50: float
    recall: float


class EmbedScores(NamedTuple):
    """Scores of the embeddings of a sequence, in [0, 1].

    Attributes:
        true_accept_rates: At each of `FALSE_ACCEPT_RATES`.
        rank1: Share of the people whose nearest embedding after some time is their own.
    """

    true_accept_rates: tuple[float, ...]
    rank1: float


def score_boxes(sequence: DetectedSequence) -> DetectionScores:
    """Score the boxes of all frames together, as COCO does.

    Pedestrians with a mark other than 0 are the ground truth. Boxes on distractors of
    MOTChallenge, and on pedestrians of mark 0, do not count.

    Args:
        sequence: Detections and ground truth of a video.

    Returns:
        The scores.

    Raises:
        DataError: The ground truth has no pedestrian that counts.
    """
    gt = sequence.gt
    counts = gt.is_counted_pedestrian()
    if not counts.any():
        raise DataError(f'{sequence.name} has no pedestrian in its ground truth')
    ignored = ~counts & np.isin(gt.classes, [1, *DISTRACTORS])
    truth = COCO()
    truth.dataset = {
        'images': [{'id': int(frame)} for frame in sequence.frames],
        'categories': [{'id': 1}],
        'annotations': _annotations(gt, counts, ignored),
    }
    frames = np.repeat(sequence.frames, np.diff(sequence.starts))
    tlwh = xyxy_to_tlwh(sequence.bboxes.astype(float))
    rows = np.column_stack([frames, tlwh, sequence.scores, np.ones(len(frames))])
    # pycocotools prints what it does.
    with open(os.devnull, 'w') as nowhere, contextlib.redirect_stdout(nowhere):
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(rows), 'bbox')
        evaluation.params.iouThrs = np.array([0.5])
        evaluation.params.maxDets = [MAX_BOXES]
        evaluation.evaluate()
        evaluation.accumulate()
    # (recall,) precision at recalls of 0, 0.01 to 1; of one IoU, class, area and limit.
    precision = evaluation.eval['precision'][0, :, 0, 0, 0]
    reached = np.flatnonzero(precision >= PRECISION)
    recalls = evaluation.params.recThrs
    return DetectionScores(
        ap50=float(precision.mean()),
        recall=float(recalls[reached[-1]]) if len(reached) else 0.0,
    )


def score_embeds(sequence: DetectedSequence, seconds: float) -> EmbedScores:
    """Score the embeddings of the boxes that found a pedestrian.

    Args:
        sequence: Detections with embeddings, and ground truth, of a video.
        seconds: Time after which a person is looked for again.

    Returns:
        The scores.

    Raises:
        DataError: No pedestrian is found twice, or none after that time.
    """
    gt = sequence.gt[sequence.gt.is_counted_pedestrian()]
    embeds = embeds_of_rows(gt, sequence)
    found = ~np.isnan(embeds).any(axis=1)
    gt, embeds = gt[found], embeds[found]
    rates = true_accept_rates(embeds, gt.ids, FALSE_ACCEPT_RATES)
    places = np.searchsorted(sequence.frames, gt.frames)
    later = max(1, round(seconds * sequence.frame_rate))
    hits = [
        hit
        for place in np.unique(places)
        for hit in _nearest_is_own(
            gt.ids, embeds, places == place, places == place + later
        )
    ]
    if not hits:
        raise DataError(f'{sequence.name}: nobody is found again after {seconds:g} s')
    return EmbedScores(tuple(map(float, rates)), float(np.mean(hits)))


def _annotations(
    gt: MOTRows, counts: np.ndarray, ignored: np.ndarray
) -> list[dict[str, Any]]:
    """The pedestrians, and the boxes that are no ground truth as crowds."""
    return [
        {
            'id': number,
            'image_id': int(gt.frames[row]),
            'category_id': 1,
            'bbox': gt.tlwh[row].tolist(),
            'area': float(gt.tlwh[row, 2:].prod()),
            'iscrowd': int(ignored[row]),
        }
        for number, row in enumerate(np.flatnonzero(counts | ignored), 1)
    ]


def _nearest_is_own(
    ids: np.ndarray, embeds: np.ndarray, now: np.ndarray, later: np.ndarray
) -> list[bool]:
    """Whether the nearest embedding of each person who is there again is their own."""
    if not later.any():
        return []
    again = now & np.isin(ids, ids[later])
    nearest = (embeds[again] @ embeds[later].T).argmax(axis=1)
    return [*(ids[later][nearest] == ids[again])]
