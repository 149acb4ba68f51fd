"""False positives that last: posters, statues, and people without ground truth."""

from typing import NamedTuple

import numpy as np
import scipy  # it imports its parts when they are used

from fairmot_mm.evaluation.box_matching import box_iou
from fairmot_mm.evaluation.box_outcomes import NOBODY, BoxOutcomes

_SAME_PLACE = 0.5  # IoU of the places of two tracks that follow one thing
_STILL = 0.25  # heights that a thing moves at most if it stands still


class LastingFalse(NamedTuple):
    """Something that tracks follow for long though it is nobody of the ground truth.

    Attributes:
        tracks: Identities of the tracks, ascending.
        first_frame: First frame with a false positive.
        last_frame: Last one.
        num_frames: Number of frames with one.
        still: Whether it stays at one place of the frame.
        row: The false positive of the highest score, a row of `BoxOutcomes.results`.
    """

    tracks: tuple[int, ...]
    first_frame: int
    last_frame: int
    num_frames: int
    still: bool
    row: int


def find_lasting_false(outcomes: BoxOutcomes, least: int) -> list[LastingFalse]:
    """Find what is tracked for long without being in the ground truth.

    The false positives of one track belong together. Those of several tracks do if all
    stay at one place and their places overlap by an IoU of 0.5 or more: a poster that
    is lost and found again.

    Args:
        outcomes: The boxes of a sequence.
        least: Number of frames from which on a false positive lasts.

    Returns:
        What was found, most frames first.
    """
    rows = np.flatnonzero(outcomes.people == NOBODY)
    boxes = outcomes.results.tlwh[rows]
    tracks, owner = np.unique(outcomes.results.ids[rows], return_inverse=True)
    if not len(tracks):
        return []
    members = [np.flatnonzero(owner == place) for place in range(len(tracks))]
    places = np.stack([np.median(boxes[each], axis=0) for each in members])
    still = np.array([_is_still(boxes[each]) for each in members])
    together = (box_iou(places, places) >= _SAME_PLACE) & still & still[:, None]
    groups = scipy.sparse.csgraph.connected_components(together)[1]
    found = []
    for group in range(int(groups.max()) + 1):
        joined = np.flatnonzero(groups == group)
        mine = rows[np.concatenate([members[place] for place in joined])]
        frames = np.unique(outcomes.results.frames[mine])
        if len(frames) >= least:
            best = int(mine[np.argmax(outcomes.results.marks[mine])])
            identities = tuple(tracks[joined].tolist())
            found.append(
                LastingFalse(
                    identities,
                    int(frames[0]),
                    int(frames[-1]),
                    len(frames),
                    bool(still[joined].all()),
                    best,
                )
            )
    return sorted(found, key=lambda each: (-each.num_frames, each.first_frame))


def _is_still(tlwh: np.ndarray) -> bool:
    """Whether the centres of boxes (N, 4) stay within a part of their height."""
    centres = tlwh[:, :2] + tlwh[:, 2:] / 2
    spread = np.ptp(centres, axis=0).max()
    return bool(spread <= _STILL * np.median(tlwh[:, 3]))
