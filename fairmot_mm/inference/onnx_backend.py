"""Running a checkpoint with onnxruntime: it is exported once, then found again."""

import hashlib
import os
from pathlib import Path

from mmengine.config import Config
from mmengine.logging import print_log

from fairmot_mm.checkpoint.loading import load_checkpoint
from fairmot_mm.config.load_config import explain_build_errors
from fairmot_mm.inference.export_onnx import GRAPH_VERSION, export_onnx
from fairmot_mm.inference.inference_options import InferenceOptions
from fairmot_mm.models import FairMOT
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import ConfigError


def use_onnxruntime(
    cfg: Config,
    checkpoint: str | Path | None,
    options: InferenceOptions,
    device: str | None = None,
) -> bool:
    """Put an ONNX file in the place of the detector, where that is asked for.

    Args:
        cfg: Config of a model, changed in place.
        checkpoint: An ONNX file, which asks for it; or weights, which are exported for
            the input of the ``test_pipeline`` where the options name onnxruntime.
        options: See there.
        device: Where it runs; the CPU by default.

    Returns:
        Whether the model of the config has its weights by that.

    Raises:
        CheckpointError: The weights do not fit the model.
        ConfigError: The model cannot be built or exported, or the config has no size of
            the input.
    """
    if checkpoint is None or Path(checkpoint).suffix != '.onnx':
        if options.backend != 'onnxruntime':
            return False
        with explain_build_errors():
            model = MODELS.build(cfg.model).eval()
        if checkpoint is not None:
            load_checkpoint(model, checkpoint)
        checkpoint = _exported_once(model, cfg)
    cfg.model.detector = dict(
        type='ONNXDetector', onnx_file=str(checkpoint), device=device or 'cpu'
    )
    return True


def input_size(cfg: Config) -> tuple[int, int]:
    """(width, height) that the ``test_pipeline`` of a config fits images into.

    Raises:
        ConfigError: It does not say.
    """
    for step in cfg.get('test_pipeline') or []:
        if 'scale' in step:
            width, height = step['scale']
            return width, height
    raise ConfigError('the test_pipeline of the config names no scale of the input')


def cache_dir() -> Path:
    """Folder in the user's cache where exported networks are kept."""
    cache = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
    return Path(cache) / 'fairmot_mm' / 'onnx'


def _exported_once(model: FairMOT, cfg: Config) -> Path:
    """The ONNX file of a model, named after all that it depends on."""
    size = input_size(cfg)
    digest = hashlib.sha256(f'{GRAPH_VERSION} {size} {cfg.model}'.encode())
    for name, values in model.detector.state_dict().items():
        digest.update(name.encode() + values.numpy().tobytes())
    path = cache_dir() / f'{digest.hexdigest()[:32]}.onnx'
    if not path.is_file():
        print_log(f'exporting the network for onnxruntime, once, to {path}', 'current')
        path.parent.mkdir(parents=True, exist_ok=True)
        export_onnx(model, path, size)
    return path
