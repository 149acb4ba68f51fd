"""Trackers that need the detections of every frame."""

from abc import ABC, abstractmethod
from typing import NoReturn

from mmdet.structures import DetDataSample
from torch import Tensor

from fairmot_mm.utils.errors import ConfigError


class EveryFrame(ABC):
    """What trackers have in common that need the detections of every frame."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Name of the tracker or its library, for messages."""

    def coast(self, data_sample: DetDataSample, img: Tensor | None = None) -> NoReturn:
        """Refuse the frame.

        Args:
            data_sample: See `Tracker.coast`.
            img: See `Tracker.coast`.

        Raises:
            ConfigError: Always.
        """
        raise ConfigError(f'{self.name} needs the detections of every frame')
