"""Joining the tracks of two chunks of one video."""

from typing import NamedTuple

import numpy as np

from fairmot_mm.models.trackers.association import Pairs, assign, iou_pairs
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils.contracts import require_range


class ChunkTracks(NamedTuple):
    """Boxes of tracks in the frames that two chunks share, N rows.

    Attributes:
        frames: (N,) int64 numbers of the frames, ascending.
        ids: (N,) int64 identities.
        tlwh: (N, 4) float64 left, top, width, height in pixels of the frame.
        labels: (N,) int64 classes.
    """

    frames: np.ndarray
    ids: np.ndarray
    tlwh: np.ndarray
    labels: np.ndarray


@TASK_UTILS.register_module()
class ChunkJoin:
    """Find the tracks of two chunks that are the same person.

    Both chunks see the same detections in the frames that they share, so the two tracks
    of a person lie on each other there. Tracks are assigned to each other as the
    tracker assigns detections to tracks (`association.assign`): the total overlap
    (IoU) over the shared frames becomes as large as possible, and a pair whose boxes
    overlap less than ``1 - cost_thr`` in the mean is never made.

    A person whom both chunks lost in all shared frames gets a new identity. So the
    shared frames must be more than those for which the tracker keeps a lost track; then
    the only such people are those whom the tracker of the whole video forgets, too.

    Args:
        cost_thr: Largest mean of one minus the overlap, over the frames in which a pair
            has two boxes; 0.5 is the limit of the tracker's second stage.

    Raises:
        ConfigError: ``cost_thr`` is not in [0, 1).
    """

    def __init__(self, cost_thr: float = 0.5) -> None:
        require_range(low=0, high=1, cost_thr=cost_thr)
        self.cost_thr = cost_thr

    def match(self, before: ChunkTracks, after: ChunkTracks) -> dict[int, int]:
        """Find the pairs of tracks.

        Args:
            before: Tracks of the earlier chunk in the shared frames.
            after: Tracks of the later chunk there.

        Returns:
            Identity in the earlier chunk by identity in the later one; people who are
            only in one of them are left out.
        """
        old_ids, old = np.unique(before.ids, return_inverse=True)
        new_ids, new = np.unique(after.ids, return_inverse=True)
        overlap = np.zeros((len(old_ids), len(new_ids)))
        count = np.zeros(overlap.shape)
        for frame in np.intersect1d(before.frames, after.frames):
            a, b = (
                slice(*np.searchsorted(chunk.frames, (frame, frame + 1)))
                for chunk in (before, after)
            )
            found = iou_pairs(before.tlwh[a], after.tlwh[b], limit=1.0)
            alike = before.labels[a][found.rows] == after.labels[b][found.cols]
            places = old[a][found.rows], new[b][found.cols]
            np.add.at(overlap, places, (1 - found.cost) * alike)
            np.add.at(count, places, 1)
        mean = np.divide(overlap, count, where=count > 0, out=np.zeros_like(overlap))
        rows, cols = np.nonzero((mean > 0) & (1 - mean <= self.cost_thr))
        # The more frames a pair has in common, the better; costs are in [0, 1).
        cost = 1 - overlap[rows, cols] / (1 + count.max(initial=0))
        rows, cols = assign(Pairs(rows, cols, cost), overlap.shape, 1.0)
        return dict(zip(new_ids[cols].tolist(), old_ids[rows].tolist(), strict=True))
