"""What inferencers share: a model that tracks, and the parts around it."""

from pathlib import Path

from mmengine.config import Config

from fairmot_mm.apis.init_model import as_model
from fairmot_mm.apis.preparation import Preparation
from fairmot_mm.models import FairMOT
from fairmot_mm.utils import ConfigError
from fairmot_mm.visualization import TrackVisualizer


class BaseInferencer:
    """Makes the model unless it is one, and sets up what frames pass through.

    Args:
        model: A model of `init_model`, or what `init_model` makes one from: a config,
            the path of one, or a name of the model zoo; by default the zoo's default.
        checkpoint: Weights for a model that is still to be made.
        device: Where a model that is still to be made runs, as in ``cuda:0``.
        cfg_options: Config keys to override for a model that is still to be made.
        visualizer: Draws the mp4; a plain `TrackVisualizer` unless given.
        detect_every: Frames from one that passes the network to the next; tracks go on
            by their motion in those between. Set on the model, whose own setting holds
            without it.

    Raises:
        ConfigError: A value does not fit, or the config has no ``test_pipeline`` or no
            tracker.
    """

    def __init__(
        self,
        model: FairMOT | Config | str | Path | None,
        checkpoint: str | Path | None,
        device: str | None,
        cfg_options: dict | None,
        visualizer: TrackVisualizer | None,
        detect_every: int | None,
    ) -> None:
        self.model = as_model(model, checkpoint, device, cfg_options)
        if self.model.tracker is None:
            raise ConfigError('the model has no tracker: its config sets tracker=None')
        if detect_every is not None:
            self.model.detect_every = detect_every
        self.visualizer = visualizer or TrackVisualizer()
        if hasattr(self.model, 'dataset_meta'):  # as `init_model` leaves it
            self.visualizer.dataset_meta = self.model.dataset_meta
        self.prepare = Preparation(self.model.cfg)
