"""Building a model for inference from a config and weights."""

from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.hooks import EMAHook

from fairmot_mm.checkpoint.load_checkpoint import load_checkpoint
from fairmot_mm.config.class_names import class_names
from fairmot_mm.inference.accelerate import accelerate
from fairmot_mm.inference.inference_options import InferenceOptions
from fairmot_mm.inference.move_to_device import move_to_device
from fairmot_mm.inference.onnx_backend import use_onnx_file
from fairmot_mm.models import FairMOT
from fairmot_mm.registry import HOOKS


class InferenceSetup:
    """Prepares a config for inference, and loads weights into the built model.

    The model is built between the two, by `init_model` or by mmengine's Runner.

    Args:
        cfg: Config of the model, changed in place: an ONNX file takes the place of the
            detector where it is asked for.
        checkpoint: Weights, ours or published ones; an ONNX file; or ``None`` for a
            model that stays at its random start.
        device: As in ``cpu`` or ``cuda:0``; by default the accelerator, and the CPU for
            an ONNX file.

    Attributes:
        options: How the network runs, see `InferenceOptions`.
        uses_onnx: Whether an ONNX file holds the weights.

    Raises:
        ConfigError: An option of inference is wrong, or see `use_onnx_file`.
        CheckpointError: The weights cannot be exported, see `use_onnx_file`.
    """

    def __init__(
        self,
        cfg: Config,
        checkpoint: str | Path | None = None,
        device: str | None = None,
    ) -> None:
        self.cfg = cfg
        self.checkpoint = checkpoint
        self.options = InferenceOptions.of_config(cfg)
        self.options.set_threads()
        self.uses_onnx = use_onnx_file(cfg, checkpoint, self.options, device)
        if self.uses_onnx:  # it has no parts to freeze and no gradients to exchange
            cfg.model.pop('frozen_modules', None)
            cfg.model_wrapper_cfg = dict(type='LocalModel')
        self.device = device or ('cpu' if self.uses_onnx else get_device())

    def leave_out_averaging(self) -> None:
        """Leave out hooks that copy the model to average its weights in training.

        An mmengine Runner builds the hooks of its config. An ONNX file cannot be
        copied, and a test run has nothing to average.
        """
        cfg = self.cfg
        if cfg.get('custom_hooks'):
            cfg.custom_hooks = [h for h in cfg.custom_hooks if not _averages(h)]
        hooks = cfg.get('default_hooks') or {}
        for name in [name for name, hook in hooks.items() if hook and _averages(hook)]:
            del hooks[name]

    def finish(self, model: FairMOT) -> FairMOT:
        """Load the weights into the built model and let it run as the options say.

        Args:
            model: Built from the config; changed in place.

        Returns:
            The model in eval mode on its device. ``model.cfg`` is its config,
            ``model.dataset_meta`` has the names of its ``classes``.

        Raises:
            CheckpointError: The weights do not fit the model.
            ConfigError: The device cannot be used or cannot do what an option asks for.
        """
        if self.checkpoint is not None and not self.uses_onnx:
            load_checkpoint(model, self.checkpoint)
        model.cfg = self.cfg
        model.dataset_meta = {'classes': class_names(self.cfg)}
        move_to_device(model, self.device).eval()
        accelerate(model, self.options)
        return model


def _averages(hook: Any) -> bool:
    """Whether a hook copies the model to average its weights."""
    kind = hook['type'] if isinstance(hook, dict) else type(hook)
    if isinstance(kind, str):
        kind = HOOKS.get(kind)
    return isinstance(kind, type) and issubclass(kind, EMAHook)
