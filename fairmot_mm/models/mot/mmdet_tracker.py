"""Adapter for the trackers of mmdet."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from addict import Dict
from mmdet.models.trackers.base_tracker import BaseTracker
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from torch import Tensor

from fairmot_mm.utils.contracts import require_contract
from fairmot_mm.utils.errors import DataError
from fairmot_mm.utils.every_frame import EveryFrame
from fairmot_mm.utils.saved_settings import plain_settings, require_same_settings
from fairmot_mm.utils.tracker import Tracker

# Grows whenever the meaning of a saved state changes.
_VERSION = 1
_VALUES = (bool, int, float, str, dict, list, tuple, type(None))


class MMDetTracker(EveryFrame):
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

    # What changes from frame to frame in a tracker of mmdet.
    _MEMORY = ('tracks', 'num_tracks', 'memo_items')

    @property
    def name(self) -> str:
        """Name of the class of mmdet."""
        return type(self.tracker).__name__

    def reset(self) -> None:
        """Forget every track."""
        self.tracker.reset()

    def state_dict(self) -> dict[str, Any]:
        """Write what the tracker knows about the video, see `Stateful`.

        Returns:
            Plain values and tensors that share no memory with the tracker.
        """
        known = vars(self.tracker)
        return {
            'version': _VERSION,
            'settings': self._settings(),
            **{key: _plain(known[key]) for key in self._MEMORY if key in known},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was called, see `Stateful`.

        Args:
            state: What it returned.

        Raises:
            DataError: It is damaged or does not fit. Nothing has changed.
        """
        require_same_settings(state, self._settings(), _VERSION)
        try:
            memory = {key: _live(state[key]) for key in self._MEMORY if key in state}
            memory['tracks'] = dict(memory['tracks'])
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise DataError(
                f'the state of the tracker is damaged: {type(error).__name__} {error}'
            ) from error
        own = vars(self.tracker)
        if 'motion' in own:
            memory['kf'] = own['motion']  # as the first frame of a video does
        own.update(memory)

    def _settings(self) -> dict[str, Any]:
        """What the tracker was built with; of its parts the names of their classes."""
        own = {
            key: value if isinstance(value, _VALUES) else type(value).__name__
            for key, value in vars(self.tracker).items()
            if key not in (*self._MEMORY, 'kf')
        }
        return plain_settings({'type': self.name, **own})

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


def _plain(value: Any) -> Any:
    """A value of a tracker in plain containers and tensors."""
    if isinstance(value, Mapping):
        return {'mapping': [[key, _plain(each)] for key, each in value.items()]}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, np.ndarray | np.generic):
        return {'array': torch.from_numpy(np.array(value))}
    return value.clone() if isinstance(value, Tensor) else value


def _live(value: Any) -> Any:
    """What `_plain` was made of; a mapping is one of addict, as mmdet uses them."""
    if isinstance(value, list):
        return [_live(each) for each in value]
    if not isinstance(value, Mapping):
        return value.clone() if isinstance(value, Tensor) else value
    if 'array' in value:
        return value['array'].numpy().copy()
    found = Dict()
    for key, each in value['mapping']:
        found[key] = _live(each)
    return found


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
