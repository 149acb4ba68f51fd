"""From a config and a checkpoint to a model that tracks."""

from pathlib import Path

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.model import BaseModel

from fairmot_mm.checkpoint.loading import load_checkpoint
from fairmot_mm.checkpoint.model_zoo import default_model
from fairmot_mm.checkpoint.zoo_weights import weights_of
from fairmot_mm.config.load_config import explain_build_errors, load_config
from fairmot_mm.inference.accelerate import accelerate
from fairmot_mm.inference.inference_options import InferenceOptions
from fairmot_mm.inference.onnx_backend import use_onnxruntime
from fairmot_mm.models import FairMOT, adapt_tracker
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
    options = InferenceOptions.of_config(cfg)
    options.set_threads()
    is_onnx = use_onnxruntime(cfg, checkpoint, options, device)
    if is_onnx:
        device = device or 'cpu'
    with explain_build_errors():
        model = MODELS.build(cfg.model)
    if checkpoint is not None and not is_onnx:
        load_checkpoint(model, checkpoint)
    model.cfg = cfg
    model.dataset_meta = {'classes': class_names(cfg)}
    accelerate(move(model, device or get_device()).eval(), options)
    return model


def move(model: BaseModel, device: str) -> BaseModel:
    """Move a model to a device.

    Raises:
        ConfigError: The device does not exist, or cannot run the model.
    """
    try:
        return model.to(device)
    except (AssertionError, RuntimeError) as error:  # torch has both for it
        reason = str(error).splitlines()[0]
        raise ConfigError(f'device {device!r} cannot be used: {reason}') from error


def class_names(cfg: Config) -> tuple[str, ...]:
    """Names of what the model of a config detects, one a channel of its heatmap.

    Those of its data sets (``metainfo.classes``); a class that has none there is named
    by its number.
    """
    names: tuple[str, ...] = ()
    for loader in ('train_dataloader', 'test_dataloader'):
        dataset = (cfg.get(loader) or {}).get('dataset') or {}
        names = names or tuple((dataset.get('metainfo') or {}).get('classes', ()))
    count = cfg.model.get('detector', {}).get('bbox_head', {}).get('num_classes', 1)
    if count == 1 and not names:
        return ('pedestrian',)
    return names[:count] + tuple(f'class {k}' for k in range(len(names), count))


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
    with explain_build_errors():
        return adapt_tracker(MODELS.build(tracker))
