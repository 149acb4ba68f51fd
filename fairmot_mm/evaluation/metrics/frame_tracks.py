"""Tracks of one frame, and the video that the frame belongs to."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from fairmot_mm.evaluation.mot_protocols import SequenceTracks
from fairmot_mm.utils import DataError, MOTRows
from fairmot_mm.utils.boxes import xyxy_to_tlwh


class VideoInfo(NamedTuple):
    """A video, as the metainfo of its frames describes it.

    Attributes:
        name: Name of the video.
        gt_file: MOTChallenge ground truth; None without.
        first_frame: Number of the first frame in the ground truth.
        last_frame: Number of the last frame.
        is_part: Whether the ground truth may have frames outside of these, because the
            video can be a part of a sequence.
    """

    name: str
    gt_file: Path | None
    first_frame: int
    last_frame: int
    is_part: bool

    @property
    def frames(self) -> range | None:
        """Numbers of its frames; None if the ground truth may have others."""
        if self.is_part:
            return None
        return range(self.first_frame, self.last_frame + 1)

    def to_score(self, gt: MOTRows, results: MOTRows) -> SequenceTracks:
        """Pair ground truth and results of the video, for scoring.

        Args:
            gt: Rows of the ground truth.
            results: Rows of the tracker.

        Returns:
            The sequence to score.
        """
        count = self.last_frame - self.first_frame + 1
        return SequenceTracks(self.name, gt, results, count, self.first_frame)


class FrameTracks(NamedTuple):
    """Tracks of one frame, copied from its data sample.

    Attributes:
        video: The video.
        frame: Frame number in ground truth and result files.
        ids: (M,) int64 identities.
        tlwh: (M, 4) float64 left, top, width, height in pixels of the original frame.
        labels: (M,) int64 classes, from 0.
        scores: (M,) float64 scores, 1 where the tracker gives none.
        image: Name of the image file, '' without.
    """

    video: VideoInfo
    frame: int
    ids: np.ndarray
    tlwh: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    image: str

    def of_label(self, label: int | None) -> 'FrameTracks':
        """Choose the tracks of one class.

        Args:
            label: The class, from 0; None takes all.
        """
        if label is None:
            return self
        own = self.labels == label
        columns = (self.ids, self.tlwh, self.labels, self.scores)
        ids, tlwh, labels, scores = (column[own] for column in columns)
        return self._replace(ids=ids, tlwh=tlwh, labels=labels, scores=scores)


def read_frame(sample: dict) -> FrameTracks:
    """Copy the tracks of a frame.

    Args:
        sample: A frame of `frames_of` with the metainfo that `MOTMetric` names.

    Returns:
        The tracks; boxes are rounded as in a result file, so that scores are those of
        the file.

    Raises:
        DataError: Metainfo is missing.
    """
    needed = ('video_name', 'video_length', 'frame_id', 'gt_file')
    missing = [key for key in needed if key not in sample]
    if missing:
        raise DataError(
            f'a frame lacks the metainfo {", ".join(missing)}; name them in the '
            '`meta_keys` of the transform that packs frames'
        )
    gt_file = sample['gt_file']
    first_frame = int(sample.get('first_frame', 1))
    last_frame = first_frame + int(sample['video_length']) - 1
    video = VideoInfo(
        sample['video_name'],
        None if gt_file is None else Path(gt_file),
        first_frame,
        int(sample.get('last_frame', last_frame)),
        'first_frame' in sample,
    )
    instances = sample['pred_track_instances']
    xyxy = torch.as_tensor(instances['bboxes']).cpu().double().reshape(-1, 4).numpy()
    tlwh = xyxy_to_tlwh(xyxy)
    ids = torch.as_tensor(instances['instances_id']).long().cpu().numpy()
    labels, scores = (
        torch.as_tensor(instances[name]).cpu().numpy()
        if name in instances
        else np.full(len(ids), default)
        for name, default in (('labels', 0), ('scores', 1.0))
    )
    frame = int(sample.get('frame_number', first_frame + int(sample['frame_id'])))
    image = Path(sample.get('img_path') or '').name
    return FrameTracks(video, frame, ids, tlwh.round(4), labels, scores, image)


def to_rows(frames: Iterable[FrameTracks]) -> MOTRows:
    """Join the tracks of the frames of a video.

    Args:
        frames: The frames, in order.

    Returns:
        Rows with classes from 1.
    """
    tracks = list(frames)
    rows = MOTRows.of_pedestrians(
        frames=np.repeat(
            [frame.frame for frame in tracks], [len(frame.ids) for frame in tracks]
        ),
        ids=np.concatenate([frame.ids for frame in tracks]),
        tlwh=np.concatenate([frame.tlwh for frame in tracks]),
    )
    labels = np.concatenate([frame.labels for frame in tracks])
    return replace(rows, classes=labels.astype(np.int64) + 1)
