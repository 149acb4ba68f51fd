"""Building a model for inference unless it is built already."""

from pathlib import Path

from mmengine.config import Config
from mmengine.model import is_model_wrapper

from fairmot_mm.apis.default_in_int8 import default_in_int8
from fairmot_mm.apis.init_model import init_model
from fairmot_mm.config.class_names import class_names
from fairmot_mm.models import FairMOT
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.model_zoo import default_model


def ensure_model(
    model: FairMOT | Config | str | Path | None,
    checkpoint: str | Path | None = None,
    device: str | None = None,
    cfg_options: dict | None = None,
) -> FairMOT:
    """Return a model that is built already, or build the model that is named.

    Args:
        model: A model of `init_model`, a `Config`, the path of a config file, or a name
            of the model zoo; with None the zoo's default, which runs in int8 where it
            can, see `default_in_int8`.
        checkpoint: Weights of a model that is built here, see `init_model`.
        device: Where a model that is built here runs, as in ``cuda:0``.
        cfg_options: Config keys to override for a model that is built here.

    Returns:
        The model on its device; in eval mode if it is built here.

    Raises:
        ConfigError: The model exists already, so that the other arguments would have no
            effect; or it has no ``cfg``; weights are given without a model; or see
            `init_model`.
        CheckpointError: See `init_model`.
    """
    if model is None:
        model, checkpoint, cfg_options = take_default(checkpoint, device, cfg_options)
    if isinstance(model, str | Path | Config):
        return init_model(model, checkpoint, device, cfg_options)
    if (checkpoint, device, cfg_options) != (None, None, None):
        raise ConfigError(
            'checkpoint, device and cfg_options have no effect on a model that exists '
            'already; pass them to init_model, or pass a config as model'
        )
    built: FairMOT = model.module if is_model_wrapper(model) else model
    if getattr(built, 'cfg', None) is None:
        raise ConfigError(
            'the model has no cfg, which says how frames are prepared: set model.cfg = '
            'runner.cfg, or build the model by init_model or the Runner by build_runner'
        )
    if getattr(built, 'dataset_meta', None) is None:
        built.dataset_meta = {'classes': class_names(built.cfg)}
    return built


def take_default(
    checkpoint: str | Path | None, device: str | None, cfg_options: dict | None
) -> tuple[str, Path | None, dict | None]:
    """Say what is built where no model is named.

    Args:
        checkpoint: Weights, which need a model.
        device: See `ensure_model`.
        cfg_options: See `ensure_model`.

    Returns:
        Name of the default model of the zoo, its weights where they are not those of
        the name (see `default_in_int8`), and config keys to override.

    Raises:
        ConfigError: Weights are given without a model.
        CheckpointError: See `default_in_int8`.
    """
    if checkpoint is not None:
        raise ConfigError(
            f'weights {checkpoint} need a model: give the config of their network, or '
            'its name in the model zoo'
        )
    default = default_model()
    in_int8 = default_in_int8(default, device, cfg_options)
    if in_int8 is not None:
        cfg_options = {**(cfg_options or {}), 'inference.backend': 'openvino'}
    return default.name, in_int8, cfg_options
