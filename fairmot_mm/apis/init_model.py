"""From a config and a checkpoint to a model that tracks."""

from pathlib import Path

from mmengine.config import Config
from mmengine.model import BaseModel

from fairmot_mm.checkpoint.model_zoo import default_model
from fairmot_mm.checkpoint.zoo_weights import weights_of
from fairmot_mm.config.build import build_component
from fairmot_mm.config.load_config import load_config
from fairmot_mm.inference.inference_setup import InferenceSetup
from fairmot_mm.models import FairMOT
from fairmot_mm.models.mot import adapt_tracker
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.tracker import Tracker


def init_model(
    config: str | Path | Config,
    checkpoint: str | Path | None = None,
    device: str | None = None,
    cfg_options: dict | None = None,
) -> FairMOT:
    """Build a model for inference.

    The dict ``inference`` of the config says how the network runs, see
    `InferenceOptions`.

    Args:
        config: Path of a config file, a `Config`, or a name of the model zoo.
        checkpoint: Weights: ours, or a published FairMOT ``.pth``, which is recognised
            and converted; or an ONNX file of the network, which then takes the place
            of the detector. With ``None`` a model of the zoo has its own, and any other
            stays at its random start.
        device: As in ``cpu`` or ``cuda:0``; by default the accelerator there is, and
            the CPU for an ONNX file.
        cfg_options: Config keys to override.

    Returns:
        The model in eval mode; ``model.cfg`` is its config, ``model.dataset_meta`` has
        the names of its ``classes``.

    Raises:
        ConfigError: The config cannot be read or built; or the device does not exist,
            or cannot run the model.
        CheckpointError: The checkpoint is missing, unsafe, or does not fit; or that of
            the model zoo cannot be fetched, see `fetch_weights`.
    """
    cfg = load_config(config, cfg_options)
    if checkpoint is None:
        checkpoint = weights_of(config)
    setup = InferenceSetup(cfg, checkpoint, device)
    return setup.finish(build_component(cfg.model, MODELS, 'model'))


def as_model(
    model: BaseModel | Config | str | Path | None,
    checkpoint: str | Path | None = None,
    device: str | None = None,
    cfg_options: dict | None = None,
) -> BaseModel:
    """Take a model of `init_model` as it is, and make one of anything else.

    Args:
        model: A model, or the config of one, or a name of the model zoo; with ``None``
            the zoo's default.
        checkpoint: See `init_model`, for a model that is still to be made.
        device: Likewise.
        cfg_options: Likewise.

    Raises:
        ConfigError: The model is there already and would not heed the others; weights
            are given without a model; or see `init_model`.
        CheckpointError: See `init_model`.
    """
    if model is None and checkpoint is not None:
        raise ConfigError(
            f'weights {checkpoint} need a model: the config of their network, or its '
            'name in the model zoo'
        )
    if model is None:
        model = default_model().name
    if isinstance(model, str | Path | Config):
        return init_model(model, checkpoint, device, cfg_options)
    if (checkpoint, device, cfg_options) != (None, None, None):
        raise ConfigError(
            'checkpoint, device and cfg_options are for a model that is still to '
            'be made; pass them to init_model, or pass a config as model'
        )
    return model


def build_tracker(
    config: str | Path | Config | None = None, cfg_options: dict | None = None
) -> Tracker:
    """Build the tracker of a config without its network.

    Args:
        config: Path of a config file, or a `Config`; by default one whose
            ``model.tracker`` is a `JDETracker` as published.
        cfg_options: Config keys to override, as in ``{'model.tracker.track_buffer':
            60}``.

    Returns:
        The tracker, one of mmdet as a `MMDetTracker`.

    Raises:
        ConfigError: The config cannot be read, has no tracker, or cannot be built.
    """
    if config is None:
        config = Config({'model': {'tracker': {'type': 'JDETracker'}}})
    cfg = load_config(config, cfg_options)
    tracker = cfg.get('model', {}).get('tracker')
    if not tracker:
        raise ConfigError(f'{config} has no model.tracker')
    return adapt_tracker(build_component(tracker, MODELS, 'model.tracker'))
