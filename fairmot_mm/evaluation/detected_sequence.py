"""Detections of a whole video in arrays, and scoring a tracker on them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.evaluation.mot_protocols import SequenceTracks
from fairmot_mm.evaluation.mot_scores import Scores, evaluate_sequences
from fairmot_mm.utils import MOTRows
from fairmot_mm.utils.boxes import xyxy_to_tlwh
from fairmot_mm.utils.tracker import Tracker

# Arrays with one row for each detection.
PREDICTIONS = ('bboxes', 'scores', 'labels', 'embeds')


@dataclass(frozen=True)
class DetectedSequence:
    """Detections of a video, as a tracker needs them, and its ground truth.

    Attributes:
        name: Name of the sequence, which selects the rules of scoring, see
            `SequenceTracks`.
        frame_rate: Frames per second.
        ori_shape: Height and width of the frames in pixels.
        gt: Ground truth rows.
        starts: (F + 1,) int64: rows ``starts[t]:starts[t + 1]`` of the following N rows
            belong to the frame at place t, from 0.
        bboxes: (N, 4) float32 xyxy in pixels of the frame, best score first in a frame.
        scores: (N,) float32.
        labels: (N,) int64.
        embeds: (N, C) float32 of unit length.
        images: F image files, or an empty tuple.
        frames: (F,) int64 numbers of the frames in ground truth and results, ascending,
            see `frame_numbers`; an empty array becomes 1 to F.
    """

    name: str
    frame_rate: float
    ori_shape: tuple[int, int]
    gt: MOTRows
    starts: np.ndarray
    bboxes: np.ndarray
    scores: np.ndarray
    labels: np.ndarray
    embeds: np.ndarray
    images: tuple[Path, ...] = ()
    frames: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        if not len(self.frames):
            object.__setattr__(self, 'frames', np.arange(1, self.num_frames + 1))

    @property
    def num_frames(self) -> int:
        """Number of frames, F."""
        return len(self.starts) - 1

    def to_score(self, results: MOTRows) -> SequenceTracks:
        """Pair ground truth with results of a tracker, for scoring.

        Args:
            results: Tracks, see `track_sequence`.

        Returns:
            The sequence to score.
        """
        return SequenceTracks(self.name, self.gt, results, frames=self.frames)

    def sample(self, frame_id: int) -> DetDataSample:
        """Make the sample of a frame that a network would give to a tracker.

        Args:
            frame_id: Place of the frame, from 0.

        Returns:
            The sample, with copies of the arrays.
        """
        rows = slice(self.starts[frame_id], self.starts[frame_id + 1])
        metainfo = dict(
            frame_id=frame_id,
            frame_number=int(self.frames[frame_id]),
            frame_rate=self.frame_rate,
            ori_shape=self.ori_shape,
            video_name=self.name,
            video_length=self.num_frames,
        )
        if self.images:
            metainfo['img_path'] = str(self.images[frame_id])
        sample = DetDataSample(metainfo=metainfo)
        arrays = {name: getattr(self, name)[rows] for name in PREDICTIONS}
        sample.pred_instances = InstanceData(
            **{name: torch.from_numpy(array.copy()) for name, array in arrays.items()}
        )
        return sample

    def samples(self) -> Iterator[DetDataSample]:
        """The samples of all frames in order."""
        return map(self.sample, range(self.num_frames))


def track_sequence(tracker: Tracker, sequence: DetectedSequence) -> MOTRows:
    """Run a tracker over a sequence.

    Args:
        tracker: Any tracker that forgets its tracks at ``frame_id`` 0.
        sequence: The detections of a video.

    Returns:
        The tracks as rows of a result file: numbers of frames, scores as marks.
    """
    parts = []
    for sample in sequence.samples():
        tracks = tracker.track(sample)
        frame = np.full(len(tracks), sample.frame_number)
        columns = (tracks.instances_id, tracks.bboxes.double(), tracks.scores)
        parts.append(np.column_stack([frame, *(part.cpu() for part in columns)]))
    table = np.concatenate([np.zeros((0, 7)), *parts])
    frames, ids = table[:, :2].astype(np.int64).T
    return MOTRows.of_pedestrians(frames, ids, xyxy_to_tlwh(table[:, 2:6]), table[:, 6])


def score_tracker(
    tracker: Tracker,
    sequences: Iterable[DetectedSequence],
    protocol: str = 'motchallenge',
) -> dict[str, Scores]:
    """Run a tracker over sequences and score its tracks.

    Args:
        tracker: Any tracker that forgets its tracks at `frame_id` 0.
        sequences: Sequences with different names.
        protocol: See `evaluate_sequences`.

    Returns:
        Scores by sequence and under 'OVERALL', see `evaluate_sequences`.
    """
    return evaluate_sequences(
        (
            sequence.to_score(track_sequence(tracker, sequence))
            for sequence in sequences
        ),
        protocol,
    )
