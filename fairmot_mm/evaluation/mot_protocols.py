"""Which boxes of a sequence count: the rules of MOTChallenge and the published ones."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from fairmot_mm.evaluation.box_matching import (
    box_iou,
    match_as_motmetrics,
    match_as_trackeval,
)
from fairmot_mm.utils import DataError, MOTRows

PEDESTRIAN = 1
NUM_CLASSES = 13
# Person on vehicle, static person, distractor, reflection.
DISTRACTORS = (2, 7, 8, 12)
NON_MOT_VEHICLE = 6


class SequenceTracks(NamedTuple):
    """One sequence to score.

    Attributes:
        name: Name of the sequence. `MOT16-`, `MOT17-` and `MOT20-` in it select the
            rules of those benchmarks.
        gt: Ground truth, all rows of its file.
        results: Rows of the tracker.
        num_frames: Frames the tracker was run on; None for all that are in `gt` or
            `results`. Ground truth outside them does not count.
        first_frame: Number of the first of these frames, above 1 for the second half of
            a sequence.
    """

    name: str
    gt: MOTRows
    results: MOTRows
    num_frames: int | None = None
    first_frame: int = 1


class FramePair(NamedTuple):
    """What counts in one frame: N ground truth boxes, M results.

    Attributes:
        frame: Frame number.
        gt_ids: (N,) int64.
        result_ids: (M,) int64.
        iou: (N, M) float64 intersection over union.
    """

    frame: int
    gt_ids: np.ndarray
    result_ids: np.ndarray
    iou: np.ndarray


def motchallenge_pairs(sequence: SequenceTracks) -> list[FramePair]:
    """Apply the rules of the MOTChallenge server, as TrackEval does.

    In each frame results are first matched to every ground truth box, whatever its
    class and mark, at an IoU of 0.5 or more. Results matched to a distractor (in MOT20
    also to a vehicle, class 6) are dropped. Pedestrians with a mark other than 0 are
    the ground truth that counts. MOT15 files have no classes: the mark alone decides.
    Every frame counts, with results or without.

    Raises:
        DataError: An identity twice in one frame, an unknown class, frames not counted
            from 1, or results outside the frames of the sequence.
    """
    name, gt, results = sequence.name, sequence.gt, sequence.results
    _require_unique_ids(sequence)
    unknown = np.setdiff1d(gt.classes, np.arange(1, NUM_CLASSES + 1))
    if len(unknown):
        raise DataError(
            f'{name}: ground truth has class {unknown[0]}; the classes of MOTChallenge '
            f'are 1 (pedestrian) to {NUM_CLASSES}'
        )
    distractors = [*DISTRACTORS, *([NON_MOT_VEHICLE] if 'MOT20-' in name else [])]
    is_distractor = np.isin(gt.classes, distractors)

    def dropped(truth: np.ndarray, iou: np.ndarray) -> np.ndarray:
        rows, columns = match_as_trackeval(iou)
        return columns[is_distractor[truth[rows]]]

    scored = _frames_to_score(sequence)
    present = np.union1d(gt.frames, results.frames)
    frames = present[np.isin(present, scored)]
    return _pair_frames(sequence, frames, _is_counted_pedestrian(gt), dropped)


def published_pairs(sequence: SequenceTracks) -> list[FramePair]:
    """Apply the rules behind the numbers published for FairMOT.

    Frames without a result do not count at all. In `MOT16-` and `MOT17-` sequences
    pedestrians with a mark other than 0 are the ground truth, and results are first
    matched to the distractors (and to boxes of a visibility below 0) alone; those
    matched are dropped. Everywhere else each row of the file is ground truth, whatever
    its mark or class. These rules flatter a tracker: use them to compare with published
    numbers only.

    Raises:
        DataError: An identity twice in one frame.
    """
    name, gt, results = sequence.name, sequence.gt, sequence.results
    _require_unique_ids(sequence)
    if 'MOT16-' in name or 'MOT17-' in name:
        counts = _is_counted_pedestrian(gt)
        ignored = np.isin(gt.classes, DISTRACTORS) | (gt.visibility < 0)
    else:
        counts = np.ones(len(gt), dtype=bool)
        ignored = ~counts

    def dropped(truth: np.ndarray, iou: np.ndarray) -> np.ndarray:
        return match_as_motmetrics(iou[ignored[truth]])[1]

    frames = np.unique(results.frames[results.frames >= 1])
    return _pair_frames(sequence, frames, counts, dropped)


PROTOCOLS: dict[str, Callable[[SequenceTracks], list[FramePair]]] = {
    'motchallenge': motchallenge_pairs,
    'published': published_pairs,
}


def _is_counted_pedestrian(gt: MOTRows) -> np.ndarray:
    return (gt.marks != 0) & (gt.classes == PEDESTRIAN)


def _pair_frames(
    sequence: SequenceTracks,
    frames: Iterable[int],
    counts: np.ndarray,
    dropped: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> list[FramePair]:
    """Pair the rows that count.

    Args:
        sequence: G ground truth rows and their results.
        frames: Frames that count.
        counts: (G,) bool, ground truth rows that count.
        dropped: Gives the results of a frame to drop, from the numbers of its ground
            truth rows (N,) and their IoU (N, M) with the results.
    """
    gt, results = sequence.gt, sequence.results
    gt_rows, result_rows = _rows_by_frame(gt), _rows_by_frame(results)
    none = np.empty(0, dtype=np.int64)
    pairs = []
    for frame in map(int, frames):
        truth, found = gt_rows.get(frame, none), result_rows.get(frame, none)
        iou = box_iou(gt.tlwh[truth], results.tlwh[found])
        kept = np.ones(len(found), dtype=bool)
        kept[dropped(truth, iou)] = False
        pairs.append(
            FramePair(
                frame,
                gt.ids[truth[counts[truth]]],
                results.ids[found[kept]],
                iou[np.ix_(counts[truth], kept)],
            )
        )
    return pairs


def _rows_by_frame(rows: MOTRows) -> dict[int, np.ndarray]:
    """Row numbers of every frame, in file order."""
    order = np.argsort(rows.frames, kind='stable')
    frames, starts = np.unique(rows.frames[order], return_index=True)
    groups = np.split(order, starts)[1:]  # what is before the first start is empty
    return dict(zip(frames.tolist(), groups, strict=True))


def _frames_to_score(sequence: SequenceTracks) -> np.ndarray:
    name, gt, results, num_frames, first = sequence
    present = np.concatenate([gt.frames, results.frames])
    if (present < 1).any():
        raise DataError(f'{name}: frame {present.min()}; frames are counted from 1')
    if num_frames is None:
        num_frames = int(present.max(initial=0)) - first + 1
    frames = np.arange(first, first + num_frames)
    outside = np.setdiff1d(results.frames, frames)
    if len(outside):
        raise DataError(
            f'{name}: results have frame {outside[0]}, outside the frames {first} to '
            f'{first + num_frames - 1} of the sequence'
        )
    return frames


def _require_unique_ids(sequence: SequenceTracks) -> None:
    for what, rows in (('ground truth', sequence.gt), ('results', sequence.results)):
        keys, counts = np.unique(
            np.stack([rows.frames, rows.ids]), axis=1, return_counts=True
        )
        if (counts > 1).any():
            frame, identity = keys[:, counts > 1][:, 0]
            raise DataError(
                f'{sequence.name}: {what} has identity {identity} more than once in '
                f'frame {frame}'
            )
