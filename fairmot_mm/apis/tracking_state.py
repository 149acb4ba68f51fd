"""Where a run has stopped, in a file, so that another run can go on."""

import hashlib
import time
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch

from fairmot_mm.checkpoint.safe_loading import load_safely
from fairmot_mm.models import FairMOT
from fairmot_mm.utils import DataError, atomic_path
from fairmot_mm.utils.contracts import require_contract
from fairmot_mm.utils.tracker import Stateful, Tracker
from fairmot_mm.video.frame_source import FrameSource


@dataclass(frozen=True)
class TrackingState:
    """What a tracker knew about a source at a frame.

    Attributes:
        tracker: `JDETracker.state_dict`.
        weights: Digest of the weights of the detector; embeddings of other weights
            cannot be compared.
        frame_id: ``frame_id`` of the frame.
        time: Seconds from the start of the source to the frame.
        frame_rate: Frames a second.
        saved_at: When the state was taken, in seconds since 1970.
    """

    tracker: dict[str, Any]
    weights: str
    frame_id: int
    time: float
    frame_rate: float
    saved_at: float

    @classmethod
    def take(
        cls,
        tracker: Tracker,
        model: FairMOT,
        frame_id: int,
        seconds: float,
        rate: float,
    ) -> 'TrackingState':
        """Take the state of a tracker.

        Args:
            tracker: The tracker.
            model: The model that found the detections.
            frame_id: Number of its last frame, from 0.
            seconds: Time of that frame, from the start of the source.
            rate: Frames a second.

        Returns:
            The state, which does not change any more.

        Raises:
            ConfigError: The tracker cannot be saved.
        """
        return cls(
            _stateful(tracker).state_dict(),
            _digest(model),
            frame_id,
            seconds,
            rate,
            time.time(),
        )

    def save(self, path: str | Path) -> None:
        """Write the state to a file, which is replaced as a whole.

        Args:
            path: The file.

        Raises:
            OutputError: The file cannot be written.
        """
        with atomic_path(path) as temporary:
            torch.save({'tracking_state': vars(self)}, temporary)

    @classmethod
    def load(cls, path: str | Path) -> 'TrackingState':
        """Read a file of `save`.

        Args:
            path: The file.

        Returns:
            The state.

        Raises:
            CheckpointError: The file is missing or damaged.
            DataError: It is another file.
        """
        saved = load_safely(path)
        try:
            return cls(**saved['tracking_state'])
        except (KeyError, TypeError, IndexError) as error:
            raise DataError(
                f'{path} is not a state of fairmot_mm; --save-state writes one'
            ) from error

    def restore(
        self, tracker: Tracker, model: FairMOT, source: FrameSource
    ) -> FrameSource:
        """Let a tracker go on with a source.

        Args:
            tracker: The tracker; its own tracks are replaced.
            model: The model that finds the detections.
            source: The source, opened again.

        Returns:
            The source; numbers and times of its frames go on. A live source went on
            while nobody tracked.

        Raises:
            ConfigError: The tracker cannot be loaded.
            DataError: The state is of another model, tracker or frame rate.
        """
        if self.weights != _digest(model):
            raise DataError(
                'the state was saved with other weights, whose embeddings cannot be '
                'compared: use the same model, or begin without the state'
            )
        if not source.live and abs(source.frame_rate - self.frame_rate) > 1e-6:
            raise DataError(
                f'the state was saved at {self.frame_rate:g} frames a second, and '
                f'{source.name} has {float(source.frame_rate):g}: set --fps, or begin '
                'without the state'
            )
        _stateful(tracker).load_state_dict(self.tracker)
        missed = time.time() - self.saved_at if source.live else 0.0
        pause = max(missed, 1 / self.frame_rate)
        return replace(
            source,
            frame_rate=Fraction(self.frame_rate).limit_denominator(100_000),
            first_frame_id=self.frame_id + 1,
            start_time=Fraction(self.time + pause),
        )


def _stateful(tracker: Tracker) -> Stateful:
    require_contract(tracker, Stateful, 'model.tracker')
    assert isinstance(tracker, Stateful)
    return tracker


def _digest(model: FairMOT) -> str:
    """Tell weights from others."""
    digest = hashlib.sha256()
    for name, value in model.detector.state_dict().items():
        digest.update(name.encode())
        digest.update(
            value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy()
        )
    return digest.hexdigest()
