"""Building the tracker of a config without its network."""

from pathlib import Path

from mmengine.config import Config

from fairmot_mm.config.build import build_component
from fairmot_mm.config.load_config import load_config
from fairmot_mm.models.mot import adapt_tracker
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.inputs import PUBLISHED
from fairmot_mm.utils.tracker import Tracker


def build_tracker(
    config: str | Path | Config | None = None, cfg_options: dict | None = None
) -> Tracker:
    """Build the tracker of a config without its network.

    Args:
        config: Path of a config file, a `Config`, or a name of the model zoo; by
            default a config whose ``model.tracker`` is a `JDETracker` as published.
        cfg_options: Config keys to override, as in ``{'model.tracker.track_buffer':
            60}``.

    Returns:
        The tracker; a tracker of mmdet comes as a `MMDetTracker`.

    Raises:
        ConfigError: The config cannot be read, has no tracker, or cannot be built.
    """
    if config is None:
        config = Config(PUBLISHED)
    cfg = load_config(config, cfg_options)
    tracker = cfg.get('model', {}).get('tracker')
    if not tracker:
        raise ConfigError(f'{config} has no model.tracker')
    return adapt_tracker(build_component(tracker, MODELS, 'model.tracker'))
