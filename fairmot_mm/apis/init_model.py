"""Building a model for inference from a config and a checkpoint."""

from pathlib import Path

from mmengine.config import Config

from fairmot_mm.checkpoint.zoo_weights import weights_of
from fairmot_mm.config.build import build_component
from fairmot_mm.config.load_config import load_config
from fairmot_mm.inference.inference_setup import InferenceSetup
from fairmot_mm.models import FairMOT
from fairmot_mm.registry import MODELS


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
        checkpoint: Weights: a checkpoint of a training here, a published FairMOT
            ``.pth``, which is recognised and converted, or an ONNX file of the network,
            which then replaces the detector. By default a model of the zoo loads its
            own weights, and any other model keeps its random initial weights.
        device: Where the model runs, as in ``cpu`` or ``cuda:0``; by default on the
            accelerator if there is one, and for an ONNX file on the CPU.
        cfg_options: Config keys to override, as in ``{'model.tracker.track_buffer':
            60}``.

    Returns:
        The model in eval mode. ``model.cfg`` is its config, and ``model.dataset_meta``
        has the names of its ``classes``.

    Raises:
        ConfigError: The config cannot be read or built, or the device does not exist
            or cannot run the model.
        CheckpointError: The checkpoint is missing, unsafe or does not fit the model, or
            the weights of the model zoo cannot be fetched, see `fetch_weights`.
    """
    cfg = load_config(config, cfg_options)
    if checkpoint is None:
        checkpoint = weights_of(config)
    setup = InferenceSetup(cfg, checkpoint, device)
    return setup.finish(build_component(cfg.model, MODELS, 'model'))
