"""Trackers of other libraries, for comparisons on the same detections."""

import importlib
from abc import abstractmethod
from time import process_time
from types import ModuleType
from typing import Any

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from torch import Tensor

from fairmot_mm.utils import ConfigError, DataError
from fairmot_mm.utils.contracts import require_range
from fairmot_mm.utils.every_frame import EveryFrame
from fairmot_mm.utils.images import read_image


class PackageMissingError(ConfigError):
    """The library of a tracker is not installed."""


def import_peer(package: str) -> ModuleType:
    """Import the library of a tracker.

    Raises:
        PackageMissingError: It is not installed.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise PackageMissingError(f'{package} is not installed') from error


class PeerTracker(EveryFrame):
    """Gives a tracker of another library the methods of `Tracker`.

    The thresholds of a tracker belong to the scores of a detector. Scores are therefore
    changed, linearly below and above one point, so that the score from which on a
    detection counts here becomes the score from which on it counts there. All options
    of the tracker keep their defaults unless they are named.

    Args:
        name: Class of the library.
        peer_thr: Score of a detection that the tracker counts as a strong one.
        obj_score_thr: The same in the scores of the detections here.
        weak: Whether detections at or below ``obj_score_thr`` are passed on.
        options: Arguments of the class.

    Attributes:
        seconds: Processor time that the library has taken so far. What reads images and
            converts arrays is not in it.

    Raises:
        ConfigError: The library is not installed, has no such class, or a threshold is
            not between 0 and 1.
    """

    name: str  # of the library

    def __init__(
        self,
        name: str,
        peer_thr: float,
        obj_score_thr: float = 0.35,
        weak: bool = True,
        **options: Any,
    ) -> None:
        require_range(above=0, high=1, peer_thr=peer_thr, obj_score_thr=obj_score_thr)
        library = import_peer(self.name)
        if not hasattr(library, name):
            raise ConfigError(f'{self.name} has no {name}')
        self.peer_class = getattr(library, name)
        self.peer_thr, self.obj_score_thr = peer_thr, obj_score_thr
        self.weak = weak
        self.options = options
        self.seconds = 0.0
        self.reset()

    def reset(self) -> None:
        """Forget every track: the tracker is built anew."""
        self.peer = self.build(self.peer_class, self.options)

    def track(
        self, data_sample: DetDataSample, img: Tensor | None = None
    ) -> InstanceData:
        """Follow the detections of the next frame.

        Args:
            data_sample: See `Tracker.track`. The metainfo needs ``img_path``: these
                trackers look at the frame itself.
            img: Not used.

        Returns:
            The tracks of this frame, see `Tracker.track`; all labels are 0.

        Raises:
            DataError: There is no ``img_path``.
        """
        if data_sample.frame_id == 0:
            self.reset()
        if 'img_path' not in data_sample:
            raise DataError(f'{self.name} needs the image file of every frame')
        image = read_image(data_sample.img_path)
        found = data_sample.pred_instances.numpy()
        used = np.full(len(found), True)
        if not self.weak:
            used = found.scores > self.obj_score_thr
        points = [0, self.obj_score_thr, 1], [0, self.peer_thr, 1]
        scores = np.interp(found.scores[used], *points)
        boxes, embeds = found.bboxes[used].astype(np.float64), found.embeds[used]
        start = process_time()
        tracks = self.update(boxes, scores, embeds, image)
        self.seconds += process_time() - start
        return InstanceData(
            bboxes=torch.from_numpy(tracks[:, :4].astype(np.float32)),
            scores=torch.from_numpy(tracks[:, 5].astype(np.float32)),
            labels=torch.zeros(len(tracks), dtype=torch.int64),
            instances_id=torch.from_numpy(tracks[:, 4].astype(np.int64)),
        )

    @abstractmethod
    def build(self, peer_class: Any, options: dict[str, Any]) -> Any:
        """Build the tracker of the library.

        Args:
            peer_class: Its class.
            options: Arguments from the config.

        Returns:
            The tracker.
        """

    @abstractmethod
    def update(
        self,
        boxes: np.ndarray,
        scores: np.ndarray,
        embeds: np.ndarray,
        image: np.ndarray,
    ) -> np.ndarray:
        """Call the tracker of the library, ``self.peer``.

        Args:
            boxes: (N, 4) float64 xyxy in pixels of the frame.
            scores: (N,) in the scale of the tracker.
            embeds: (N, C) of unit length.
            image: (H, W, 3) BGR uint8, the frame.

        Returns:
            (M, 6) x1, y1, x2, y2, identity, score of the tracks in this frame.
        """
