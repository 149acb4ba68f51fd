"""Running a network as an ONNX file, which is exported once and kept in the cache."""

import hashlib
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.logging import print_log

from fairmot_mm.checkpoint.load_checkpoint import load_checkpoint
from fairmot_mm.config.build import build_component
from fairmot_mm.inference.export_onnx import GRAPH_VERSION, export_onnx
from fairmot_mm.inference.inference_options import InferenceOptions
from fairmot_mm.models import FairMOT
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.cache import cache_dir


def use_onnx_file(
    cfg: Config,
    checkpoint: str | Path | None,
    options: InferenceOptions,
    device: str | None = None,
) -> bool:
    """Put an ONNX file in the place of the detector, where it is asked for.

    Args:
        cfg: Config of a model, changed in place.
        checkpoint: An ONNX file, which always takes that place; or weights, which are
            exported for the input of the ``test_pipeline`` if the options ask for the
            backend onnxruntime or openvino.
        options: How the network is to run.
        device: Device of onnxruntime, as in ``cuda:0``; by default the first one of the
            provider, and the CPU without a provider. OpenVINO takes the CPU only.

    Returns:
        Whether an ONNX file now holds the weights of the model.

    Raises:
        CheckpointError: The weights do not fit the model.
        ConfigError: The model cannot be built or exported; the config has no size of
            the input; or an option is for another backend.
    """
    is_onnx = checkpoint is not None and Path(checkpoint).suffix == '.onnx'
    if is_onnx and options.backend == 'pytorch':
        raise ConfigError(
            f"inference.backend = 'pytorch' cannot run {checkpoint}: leave it out "
            '(onnxruntime runs an ONNX file), or set it to openvino'
        )
    if not is_onnx and options.backend in (None, 'pytorch'):
        if options.provider is not None:
            raise ConfigError(
                f'inference.provider = {options.provider!r} is for onnxruntime: '
                "set inference.backend = 'onnxruntime' too, or take an ONNX file "
                'in place of the weights'
            )
        return False
    if options.backend == 'openvino':
        chosen = _openvino(options, device)
    else:
        chosen = _onnxruntime(options, device)
    if not is_onnx:
        model = build_component(cfg.model, MODELS, 'model').eval()
        if checkpoint is not None:
            load_checkpoint(model, checkpoint)
        checkpoint = _exported_once(model, cfg, options.backend)
    cfg.model.detector = dict(chosen, onnx_file=str(checkpoint))
    return True


def _onnxruntime(options: InferenceOptions, device: str | None) -> dict[str, Any]:
    """Config of the detector that runs a file with onnxruntime."""
    on_gpu = options.provider in ('cuda', 'tensorrt')
    return dict(
        type='ONNXDetector',
        device=device or ('cuda:0' if on_gpu else 'cpu'),
        provider=options.provider,
    )


def _openvino(options: InferenceOptions, device: str | None) -> dict[str, Any]:
    """Config of the detector that runs a file with OpenVINO."""
    if device not in (None, 'cpu'):
        raise ConfigError(
            f"inference.backend = 'openvino' runs on a CPU, not on {device!r}: leave "
            'out the device'
        )
    return dict(type='OpenVINODetector', precision=options.precision)


def input_size(cfg: Config) -> tuple[int, int]:
    """Size of the images that the ``test_pipeline`` of a config makes.

    Args:
        cfg: Config of a model.

    Returns:
        Width and height in pixels.

    Raises:
        ConfigError: No step of the ``test_pipeline`` has a ``scale``.
    """
    for step in cfg.get('test_pipeline') or []:
        if 'scale' in step:
            width, height = step['scale']
            return width, height
    raise ConfigError('the test_pipeline of the config names no scale of the input')


def onnx_cache_dir() -> Path:
    """Folder in the user's cache where exported networks are kept, see `cache_dir`."""
    return cache_dir('onnx')


def _exported_once(model: FairMOT, cfg: Config, backend: str | None) -> Path:
    """Give the ONNX file of a model, which is named after all that it depends on."""
    size = input_size(cfg)
    digest = hashlib.sha256(f'{GRAPH_VERSION} {size} {cfg.model}'.encode())
    for name, values in model.detector.state_dict().items():
        digest.update(name.encode() + values.numpy().tobytes())
    path = onnx_cache_dir() / f'{digest.hexdigest()[:32]}.onnx'
    if not path.is_file():
        print_log(
            f'the network is exported for {backend} to {path}, where later runs find '
            'it',
            'current',
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        export_onnx(model, path, size)
    return path
