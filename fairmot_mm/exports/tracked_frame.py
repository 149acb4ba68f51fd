"""The tracks of one frame as arrays, for writers and counters."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.exports.count_board import CountBoard
from fairmot_mm.utils import DataError
from fairmot_mm.utils.boxes import tlwh_to_xyxy, xyxy_to_tlwh


class CountEvent(NamedTuple):
    """A track that crossed a line, or the border of a zone.

    Attributes:
        line: Name of the line or zone, as in ``line-1`` or ``zone-1``.
        identity: Identity of the track.
        label: Number of its class, from 0.
        direction: ``in`` or ``out``.
    """

    line: str
    identity: int
    label: int
    direction: str


@dataclass(frozen=True)
class TrackedVideo:
    """What is known about a video before its first frame.

    Attributes:
        name: Name of the video.
        classes: Names of the classes, by the numbers in `TrackedFrame.labels`.
        frame_rate: Frames a second.
    """

    name: str
    classes: Sequence[str]
    frame_rate: float

    def class_name(self, label: int) -> str:
        """Name of a class.

        Args:
            label: Number of the class, from 0.

        Raises:
            DataError: The class has no name.
        """
        if not 0 <= label < len(self.classes):
            raise DataError(
                f'{self.name}: class {label + 1} has no name; {len(self.classes)} '
                f'classes are named: {", ".join(self.classes)}'
            )
        return self.classes[label]


@dataclass(frozen=True, eq=False)
class TrackedFrame:
    """The M tracks of one frame.

    Attributes:
        number: Number of the frame in result files, for most sources from 1.
        index: Place of the frame in its video, from 0.
        time: Seconds from the first frame.
        size: Width and height of the frame in pixels.
        image: Path of the image file; empty for a frame of a video.
        ids: (M,) int64 identities.
        labels: (M,) int64 classes, from 0.
        scores: (M,) float64 scores of the detections.
        tlwh: (M, 4) float64 left, top, width, height in pixels of the frame.
        visibility: (M,) float64 visible share of each box in [0, 1]; 1 where it is not
            known.
        events: Who crossed a line or zone in this frame; None where nothing is counted.
        board: What was counted up to this frame; None where nothing is counted.
    """

    number: int
    index: int
    time: float
    size: tuple[int, int]
    image: str
    ids: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    tlwh: np.ndarray
    visibility: np.ndarray
    events: tuple[CountEvent, ...] | None = None
    board: CountBoard | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def xyxy(self) -> np.ndarray:
        """(M, 4) left, top, right, bottom in pixels of the frame."""
        return tlwh_to_xyxy(self.tlwh)

    @classmethod
    def from_tracks(
        cls,
        tracks: InstanceData,
        number: int,
        index: int,
        time: float | Fraction,
        size: tuple[int, int],
        image: str = '',
    ) -> 'TrackedFrame':
        """Take the tracks out of the result of a tracker.

        Args:
            tracks: ``bboxes`` (M, 4) xyxy in pixels of the frame, ``scores``,
                ``labels`` and ``instances_id``, each (M,).
            number: See `TrackedFrame`.
            index: See `TrackedFrame`.
            time: See `TrackedFrame`.
            size: See `TrackedFrame`.
            image: See `TrackedFrame`.

        Raises:
            DataError: The tracks have no scores or classes.
        """
        missing = [key for key in ('scores', 'labels') if key not in tracks]
        if missing:
            raise DataError(f'the tracks of frame {number} have no {missing[0]}')
        return cls(
            number,
            index,
            float(time),
            size,
            image,
            tracks.instances_id.cpu().numpy(),
            tracks.labels.cpu().numpy(),
            tracks.scores.double().cpu().numpy(),
            xyxy_to_tlwh(tracks.bboxes.double()).cpu().numpy(),
            np.ones(len(tracks)),
        )

    @classmethod
    def from_sample(cls, sample: DetDataSample) -> 'TrackedFrame':
        """Take the tracks out of a result of `TrackInferencer`.

        Args:
            sample: ``pred_track_instances``, and metainfo as `TrackInferencer` gives.

        Raises:
            DataError: The sample has no tracks.
        """
        if 'pred_track_instances' not in sample:
            raise DataError('the sample has no pred_track_instances: it is not tracked')
        time = sample.get('timestamp')
        if time is None:
            time = sample.frame_id / sample.exact_frame_rate
        height, width = sample.ori_shape
        return cls.from_tracks(
            sample.pred_track_instances,
            sample.frame_number,
            sample.frame_id,
            time,
            (width, height),
            sample.img_path,
        )
