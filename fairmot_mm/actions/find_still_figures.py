"""Finds figures that stand at one place of a video, such as mannequins."""

import numpy as np

from fairmot_mm.evaluation import DetectedSequence
from fairmot_mm.evaluation.box_matching import box_iou
from fairmot_mm.utils.boxes import xyxy_to_tlwh

# Boxes that overlap as much are at the same place.
MIN_OVERLAP = 0.6
# So many images, spread over the video, tell how long something stands still.
NUM_LOOKS = 60


def find_still_figures(
    sequence: DetectedSequence, min_share: float, score_thr: float
) -> np.ndarray:
    """Find unsure boxes at places where the detector sees something all the time.

    In a video of a fixed camera, what the detector sees at the same place in many
    images, and mostly without being sure, is a mannequin or a poster.

    Args:
        sequence: The detections, N in all images.
        min_share: Share of the images, 0 to 1, in which a figure is seen.
        score_thr: Scores from here on are sure. The median score at the place of a
            figure is lower.

    Returns:
        (N,) bool mask of the boxes of such figures.
    """
    count = min(NUM_LOOKS, sequence.num_frames)
    looks = np.linspace(0, sequence.num_frames - 1, count).round().astype(int)
    boxes = xyxy_to_tlwh(sequence.bboxes.astype(np.float64))
    scores = np.full((count, len(boxes)), np.nan)  # score at the place, NaN unseen
    for row, frame in enumerate(looks):
        first, last = sequence.starts[frame : frame + 2]
        overlap = box_iou(boxes, boxes[first:last])
        same = np.where(overlap >= MIN_OVERLAP, sequence.scores[first:last], -np.inf)
        best = same.max(axis=1, initial=-np.inf)
        scores[row] = np.where(np.isfinite(best), best, np.nan)
    share = np.isfinite(scores).mean(axis=0)
    still = share >= min_share
    still[still] = np.nanmedian(scores[:, still], axis=0) < score_thr
    return still
