"""Calls a tracker as a model does."""

from collections.abc import Callable
from time import process_time
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from torch import Tensor

from fairmot_mm.actions.peer_tracker import PeerTracker
from fairmot_mm.apis import explain_build_errors
from fairmot_mm.models import JDETracker, adapt_tracker
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.images import read_image
from fairmot_mm.utils.tracker import Tracker


@runtime_checkable
class TimedTracker(Tracker, Protocol):
    """A tracker that knows how much processor time it took."""

    @property
    def seconds(self) -> float:
        """Processor time so far, without that of reading images."""


class Pilot:
    """Calls a tracker as `FairMOT` does: with images, and only in some frames.

    Args:
        tracker: A `Tracker`.
        detect_every: See `FairMOT`.

    Attributes:
        seconds: Processor time that the tracker has taken so far.
    """

    def __init__(self, tracker: Tracker, detect_every: int = 1) -> None:
        self.tracker = tracker
        self.detect_every = detect_every
        self.needs_image = (
            isinstance(tracker, JDETracker) and tracker.parts.camera_motion is not None
        )
        self.seconds = 0.0

    def reset(self) -> None:
        """Forget every track."""
        self.tracker.reset()

    def track(
        self, data_sample: DetDataSample, img: Tensor | None = None
    ) -> InstanceData:
        """Track the next frame, or coast through it.

        Args:
            data_sample: See `Tracker.track`.
            img: See `Tracker.track`; read from ``img_path`` where the tracker needs it.

        Returns:
            The tracks of this frame, see `Tracker.track`.
        """
        if data_sample.frame_id % self.detect_every:
            return self.coast(data_sample, img)
        return self._timed(self.tracker.track, data_sample, img)

    def coast(
        self, data_sample: DetDataSample, img: Tensor | None = None
    ) -> InstanceData:
        """Move the tracks through a frame without detections, see `Tracker.coast`."""
        return self._timed(self.tracker.coast, data_sample, img)

    def _timed(
        self,
        call: Callable[[DetDataSample, Tensor | None], InstanceData],
        data_sample: DetDataSample,
        img: Tensor | None,
    ) -> InstanceData:
        """Call the tracker with the image if it needs one, and add the time."""
        if img is None and self.needs_image:
            rgb = read_image(data_sample.img_path)[:, :, ::-1].transpose(2, 0, 1)
            img = torch.from_numpy(rgb[None].astype(np.float32) / 255)
        start = process_time()
        tracks = call(data_sample, img)
        self.seconds += process_time() - start
        return tracks


def build_tracker(cfg: dict) -> TimedTracker:
    """Build the tracker of a config.

    Args:
        cfg: Config of a tracker, or of a tracker of another library (`PeerTracker`). It
            may have ``detect_every``, as a model has.

    Returns:
        The tracker.

    Raises:
        ConfigError: It cannot be built, or it cannot coast and ``detect_every`` is not
            1.
    """
    cfg = dict(cfg)
    detect_every = cfg.pop('detect_every', 1)
    with explain_build_errors():
        tracker = MODELS.build(cfg)
        if not isinstance(tracker, PeerTracker):
            tracker = adapt_tracker(tracker)
    if detect_every > 1 and not isinstance(tracker, JDETracker):
        raise ConfigError(f'{cfg["type"]} cannot coast: leave detect_every out')
    return tracker if isinstance(tracker, PeerTracker) else Pilot(tracker, detect_every)
