"""Adapter for the trackers of mmdet."""

from mmdet.models.trackers.base_tracker import BaseTracker
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from torch import Tensor

from fairmot_mm.utils.contracts import require_contract
from fairmot_mm.utils.errors import ConfigError
from fairmot_mm.utils.tracker import Tracker


class MMDetTracker:
    """Gives a tracker of mmdet the methods of `Tracker`.

    Trackers of mmdet take the model, too, and ignore arguments that they do not know.
    They use the model only for a second network for embeddings (``reid``), which
    `FairMOT` does not have, so they get None.

    Args:
        tracker: `ByteTracker`, `OCSORTTracker`, `SORTTracker` or another tracker that
            works only on boxes.
    """

    def __init__(self, tracker: BaseTracker) -> None:
        self.tracker = tracker

    @property
    def name(self) -> str:
        """Name of the class of mmdet."""
        return type(self.tracker).__name__

    def reset(self) -> None:
        """Forget every track."""
        self.tracker.reset()

    def track(
        self, data_sample: DetDataSample, img: Tensor | None = None
    ) -> InstanceData:
        """Follow the detections of the next frame.

        Args:
            data_sample: See `Tracker.track`; ``embeds`` are not used.
            img: See `Tracker.track`.

        Returns:
            The tracks of this frame. Their ``instances_id`` count from 0.
        """
        return self.tracker.track(model=None, img=img, data_sample=data_sample)

    def coast(
        self, data_sample: DetDataSample, img: Tensor | None = None
    ) -> InstanceData:
        """Refuse the frame: trackers of mmdet need the detections of every frame.

        Args:
            data_sample: See `Tracker.coast`.
            img: See `Tracker.coast`.

        Raises:
            ConfigError: Always.
        """
        raise ConfigError(f'{self.name} needs the detections of every frame')


def adapt_tracker(tracker: Tracker | BaseTracker) -> Tracker:
    """Make sure that what a config built is a `Tracker`.

    Args:
        tracker: A tracker of ours, of mmdet or of the user.

    Returns:
        The tracker, one of mmdet as a `MMDetTracker`.

    Raises:
        ConfigError: It lacks a method of `Tracker`.
    """
    if isinstance(tracker, BaseTracker) and not isinstance(tracker, Tracker):
        return MMDetTracker(tracker)
    require_contract(tracker, Tracker, 'model.tracker')
    return tracker
