"""Which boxes of a sequence count, by the rules of MOTChallenge or as published."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from fairmot_mm.evaluation.box_matching import (
    box_iou,
    match_as_motmetrics,
    match_as_trackeval,
)
from fairmot_mm.utils import DataError, MOTRows, require_frames
from fairmot_mm.utils.frame_numbering import Frames, format_frames

NUM_CLASSES = 13
# Person on vehicle, static person, distractor, reflection.
DISTRACTORS = (2, 7, 8, 12)
NON_MOT_VEHICLE = 6


class SequenceTracks(NamedTuple):
    """One sequence to score.

    Attributes:
        name: Name of the sequence. `MOT16-`, `MOT17-` and `MOT20-` in it select the
            rules of those benchmarks.
        gt: All rows of the ground truth file.
        results: Rows of the tracker.
        num_frames: Where a part of a sequence ends: this many numbers from
            `first_frame` on. None takes all frames up to the last one in `gt` or
            `results`. Ground truth outside the part does not count.
        first_frame: Number of the first frame of the part.
        frames: Numbers of the frames of a whole sequence, in place of the two above.
            Ground truth and results must not have other frames.
    """

    name: str
    gt: MOTRows
    results: MOTRows
    num_frames: int | None = None
    first_frame: int = 1
    frames: Frames | None = None


class FramePair(NamedTuple):
    """The N ground truth boxes and M results that count in one frame.

    Attributes:
        frame: Frame number.
        gt_ids: (N,) int64 identities.
        result_ids: (M,) int64 identities.
        iou: (N, M) float64 intersection over union.
    """

    frame: int
    gt_ids: np.ndarray
    result_ids: np.ndarray
    iou: np.ndarray


def motchallenge_pairs(sequence: SequenceTracks) -> list[FramePair]:
    """Apply the rules of the MOTChallenge server, as TrackEval does.

    In each frame results are first matched to ground truth boxes of every class and
    mark, at an IoU of 0.5 or more. Results matched to a distractor (in MOT20 also to a
    vehicle, class 6) are dropped. Only pedestrians with a mark other than 0 count as
    ground truth. MOT15 files have no classes, so only the mark decides. Every frame
    counts, with or without results.

    Args:
        sequence: Ground truth and results.

    Returns:
        What counts in each frame.

    Raises:
        DataError: An identity twice in one frame, an unknown class, a frame that the
            sequence does not have.
    """
    name, gt = sequence.name, sequence.gt
    _require_unique_ids(sequence)
    unknown = np.setdiff1d(gt.classes, np.arange(1, NUM_CLASSES + 1))
    if len(unknown):
        raise DataError(
            f'{name}: ground truth has class {unknown[0]}; the classes of MOTChallenge '
            f'are 1 (pedestrian) to {NUM_CLASSES}; ClassMOTMetric and fairmot evaluate '
            'score other classes, with names in gt/labels.txt'
        )
    distractors = [*DISTRACTORS, *([NON_MOT_VEHICLE] if 'MOT20-' in name else [])]
    is_distractor = np.isin(gt.classes, distractors)

    def dropped(truth: np.ndarray, found: np.ndarray, iou: np.ndarray) -> np.ndarray:
        rows, columns = match_as_trackeval(iou)
        return columns[is_distractor[truth[rows]]]

    frames = frames_to_score(sequence)
    return pair_frames(sequence, frames, gt.is_counted_pedestrian(), dropped)


def published_pairs(sequence: SequenceTracks) -> list[FramePair]:
    """Apply the rules behind the numbers published for FairMOT.

    Frames without a result do not count. In `MOT16-` and `MOT17-` sequences pedestrians
    with a mark other than 0 count as ground truth, and results are first matched only
    to distractors (and to boxes with a visibility below 0); matched results are
    dropped. In other sequences every row counts as ground truth, with any mark and
    class. These rules give higher scores: use them only to compare with published
    numbers.

    Args:
        sequence: Ground truth and results.

    Returns:
        What counts in each frame.

    Raises:
        DataError: An identity twice in one frame, or a frame that is not one of
            `SequenceTracks.frames`.
    """
    name, gt, results = sequence.name, sequence.gt, sequence.results
    _require_unique_ids(sequence)
    if 'MOT16-' in name or 'MOT17-' in name:
        counts = gt.is_counted_pedestrian()
        ignored = np.isin(gt.classes, DISTRACTORS) | (gt.visibility < 0)
    else:
        counts = np.ones(len(gt), dtype=bool)
        ignored = ~counts

    def dropped(truth: np.ndarray, found: np.ndarray, iou: np.ndarray) -> np.ndarray:
        return match_as_motmetrics(iou[ignored[truth]])[1]

    frames = np.unique(results.frames)
    if sequence.frames is None:
        frames = frames[frames >= min(sequence.first_frame, 1)]
    else:
        _require_frames_of(sequence, sequence.frames)
    return pair_frames(sequence, frames, counts, dropped)


PROTOCOLS: dict[str, Callable[[SequenceTracks], list[FramePair]]] = {
    'motchallenge': motchallenge_pairs,
    'published': published_pairs,
}


def pair_frames(
    sequence: SequenceTracks,
    frames: Iterable[int],
    counts: np.ndarray,
    dropped: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
) -> list[FramePair]:
    """Pair the rows that count.

    Args:
        sequence: G ground truth rows and their results.
        frames: Numbers of the frames that count.
        counts: (G,) bool, ground truth rows that count.
        dropped: Chooses the results of a frame to drop, from the row numbers (N,) of
            its ground truth, those (M,) of its results, and their IoU (N, M).

    Returns:
        What counts in each frame.
    """
    gt, results = sequence.gt, sequence.results
    gt_rows, result_rows = _rows_by_frame(gt), _rows_by_frame(results)
    none = np.empty(0, dtype=np.int64)
    pairs = []
    for frame in map(int, frames):
        truth, found = gt_rows.get(frame, none), result_rows.get(frame, none)
        iou = box_iou(gt.tlwh[truth], results.tlwh[found])
        kept = np.ones(len(found), dtype=bool)
        kept[dropped(truth, found, iou)] = False
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
    groups = np.split(order, starts)[1:]  # the part before the first start is empty
    return dict(zip(frames.tolist(), groups, strict=True))


def frames_to_score(sequence: SequenceTracks) -> np.ndarray:
    """Choose the frames of a sequence that count.

    Args:
        sequence: Ground truth and results.

    Returns:
        (F,) numbers of the frames that count and have a row, ascending.

    Raises:
        DataError: A frame that the sequence does not have.
    """
    name, gt, results, num_frames, first, frames = sequence
    present = np.union1d(gt.frames, results.frames)
    if frames is not None:
        _require_frames_of(sequence, frames)
        return present
    if len(present) and present[0] < min(first, 1):
        raise DataError(
            f'{name}: frame {present[0]} is below 1, the number of the first frame'
        )
    last = first + num_frames - 1 if num_frames is not None else max(present, default=0)
    outside = np.unique(
        results.frames[(results.frames < first) | (results.frames > last)]
    )
    if len(outside):
        raise DataError(
            f'{name}: results have frame {format_frames(outside)}, outside the frames '
            f'{first} to {last} of the sequence'
        )
    return present[(present >= first) & (present <= last)]


def _require_frames_of(sequence: SequenceTracks, frames: Frames) -> None:
    """Raise if ground truth or results have a frame that the sequence does not have."""
    name, gt, results = sequence.name, sequence.gt, sequence.results
    require_frames(gt.frames, frames, 'ground truth has', lambda _: name)
    require_frames(results.frames, frames, 'results have', lambda _: name)


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
