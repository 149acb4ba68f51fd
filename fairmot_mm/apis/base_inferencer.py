"""What the inferencers share: a model that tracks, and the parts around it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from mmdet.structures import TrackDataSample
from mmengine.config import Config

from fairmot_mm.apis.detection_filter import DetectionFilter
from fairmot_mm.apis.ensure_model import ensure_model
from fairmot_mm.apis.preparation import Preparation
from fairmot_mm.models import FairMOT
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.contracts import require_whole
from fairmot_mm.utils.points import Points
from fairmot_mm.visualization import TrackVisualizer


class BaseInferencer:
    """Sets up a model, the preparation of its frames, and the drawing of its results.

    Args:
        model: A model of `init_model`, or what `init_model` builds one from: a config,
            the path of one, or a name of the model zoo; with None the zoo's default.
        checkpoint: Weights of a model that is built here.
        device: Where a model that is built here runs, as in ``cuda:0``.
        cfg_options: Config keys to override for a model that is built here.
        batch_size: Number of frames that pass through the network together.
        visualizer: Draws the mp4; with None a plain `TrackVisualizer`. Its
            ``dataset_meta`` is set to that of the model.
        detect_every: The network runs on every n-th frame; in the frames between,
            tracks move on by their motion. It is set on the model; with None the
            model keeps its own setting.
        classes: Names or numbers (from 0) of the classes to track; with None all. See
            `DetectionFilter`.
        roi: Polygon, three or more points (x, y) in whole pixels of the frame; what is
            outside is not tracked. With None everything is.

    Raises:
        ConfigError: A value does not fit, or the config has no ``test_pipeline`` or no
            tracker.
    """

    def __init__(
        self,
        model: FairMOT | Config | str | Path | None = None,
        checkpoint: str | Path | None = None,
        device: str | None = None,
        cfg_options: dict | None = None,
        batch_size: int | None = None,
        visualizer: TrackVisualizer | None = None,
        detect_every: int | None = None,
        classes: Sequence[str | int] | None = None,
        roi: Points | None = None,
    ) -> None:
        if batch_size is not None:
            require_whole(low=1, batch_size=batch_size)
        if detect_every is not None:
            require_whole(low=1, detect_every=detect_every)
        self.batch_size = batch_size
        self.model = ensure_model(model, checkpoint, device, cfg_options)
        if self.model.tracker is None:
            raise ConfigError(
                'the model has no tracker: its config sets model.tracker to None'
            )
        if detect_every is not None:
            self.model.detect_every = detect_every
        self.visualizer = visualizer or TrackVisualizer()
        self.visualizer.dataset_meta = self.model.dataset_meta
        self.prepare = Preparation(self.model.cfg)
        names = self.model.dataset_meta.get('classes', ())
        self.keep = DetectionFilter(names, classes, roi)

    def leave_out(self, clips: Iterable[TrackDataSample]) -> None:
        """Leave out the detections that are not to be tracked.

        Args:
            clips: What `FairMOT.detect` gives.
        """
        if self.keep.is_active:
            for clip in clips:
                for sample in clip.video_data_samples:
                    self.keep(sample)
