"""Gives the detections of a video the identities of tracks."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from fairmot_mm.evaluation import DetectedSequence
from fairmot_mm.evaluation.box_matching import box_iou
from fairmot_mm.utils.boxes import xyxy_to_tlwh
from fairmot_mm.utils.tracker import Tracker

# A track whose box overlaps no detection as much as this was not seen in the frame.
MIN_OVERLAP = 0.7


def link_boxes(sequence: DetectedSequence, tracker: Tracker) -> np.ndarray:
    """Run a tracker on the detections of a video, and find each track's detection.

    Args:
        sequence: The detections, N in all frames.
        tracker: Begins a new video with the first frame.

    Returns:
        (N,) int64 identity of each detection, -1 where it belongs to no track.
    """
    ids = np.full(len(sequence.scores), -1)
    for frame, sample in enumerate(sequence.samples()):
        tracks = tracker.track(sample)
        first, last = sequence.starts[frame : frame + 2]
        boxes = xyxy_to_tlwh(tracks.bboxes.cpu().numpy().astype(np.float64))
        own = xyxy_to_tlwh(sequence.bboxes[first:last].astype(np.float64))
        overlap = box_iou(boxes, own)
        rows, columns = linear_sum_assignment(overlap, maximize=True)
        seen = overlap[rows, columns] >= MIN_OVERLAP
        track_ids = tracks.instances_id.cpu().numpy()
        ids[first + columns[seen]] = track_ids[rows[seen]]
    return ids
