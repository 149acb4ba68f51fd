"""A detector that runs an ONNX file with onnxruntime."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from fairmot_mm.models.detectors.exported_detector import ExportedDetector
from fairmot_mm.registry import MODELS
from fairmot_mm.utils.cache import cache_dir
from fairmot_mm.utils.contracts import require_choice
from fairmot_mm.utils.errors import CheckpointError, ConfigError
from fairmot_mm.utils.threads import threads_may_spin

# Providers of onnxruntime: their names there and the type of their torch device.
PROVIDERS = {
    'cpu': ('CPUExecutionProvider', 'cpu'),
    'cuda': ('CUDAExecutionProvider', 'cuda'),
    'tensorrt': ('TensorrtExecutionProvider', 'cuda'),
}


@MODELS.register_module()
class ONNXDetector(ExportedDetector):
    """Runs an ONNX file with onnxruntime, see `ExportedDetector`.

    Args:
        onnx_file: See `ExportedDetector`.
        device: As in ``cpu`` or ``cuda:0``; the latter needs onnxruntime-gpu.
        provider: What runs the graph: ``'cpu'``, ``'cuda'``, or ``'tensorrt'``, which
            leaves to CUDA what TensorRT cannot run, and keeps the engines that it
            builds in the user's cache. ``None`` is the provider of the device.

    Raises:
        CheckpointError: See `ExportedDetector`.
        ConfigError: onnxruntime is not installed, lacks the provider, or cannot start
            it; or the provider is not for the device.
    """

    def __init__(
        self,
        onnx_file: str | Path,
        device: str = 'cpu',
        provider: Literal['cpu', 'cuda', 'tensorrt'] | None = None,
    ) -> None:
        kind = torch.device(device).type
        self.device, self.provider = device, provider or kind
        require_choice(
            f'the provider of onnxruntime for {device}', self.provider, PROVIDERS
        )
        if PROVIDERS[self.provider][1] != kind:
            raise ConfigError(
                f'the provider {self.provider} of onnxruntime does not run on device '
                f'{device}: leave out one of them'
            )
        super().__init__(onnx_file)

    def _open_session(self) -> Any:
        return open_session(self.onnx_file, self.device, self.provider)

    def _read_settings(self) -> str | None:
        return self.session.get_modelmeta().custom_metadata_map.get('fairmot_mm')

    def _run_session(self, images: np.ndarray) -> Sequence[np.ndarray]:
        return self.session.run(None, {'images': images})


def open_session(path: Path, device: str, provider: str) -> Any:
    """Open a session of onnxruntime.

    Args:
        path: The ONNX file.
        device: As in ``cpu`` or ``cuda:0``.
        provider: One of `PROVIDERS`.

    Returns:
        An ``onnxruntime.InferenceSession``, with as many threads as PyTorch.

    Raises:
        CheckpointError: The file is missing or damaged.
        ConfigError: onnxruntime is not installed, lacks the provider, or cannot start
            it.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise ConfigError(
            'running an ONNX file needs onnxruntime: pip install onnxruntime '
            '(onnxruntime-gpu for a GPU)'
        ) from error
    name, _ = PROVIDERS[provider]
    installed = onnxruntime.get_available_providers()
    if name not in installed:
        package = 'onnxruntime' if provider == 'cpu' else 'onnxruntime-gpu'
        raise ConfigError(
            f'the installed onnxruntime has no {name} (it has {", ".join(installed)}): '
            f'install {package} in its place, or use the CPU (--device cpu, without '
            '--provider)'
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    for threads in ('intra_op', 'inter_op'):  # idle threads sleep, as PyTorch's do
        key = f'session.{threads}.allow_spinning'
        options.add_session_config_entry(key, str(int(threads_may_spin())))
    options.log_severity_level = 3  # only errors are logged
    providers = _with_options(provider, torch.device(device).index or 0)
    try:
        session = onnxruntime.InferenceSession(
            path, options, providers=providers, enable_fallback=0
        )
    except Exception as error:  # of onnxruntime's own kinds, none of them public
        reason = str(error).splitlines()[0]
        if provider == 'cpu':
            reason = f'{path} cannot be read as ONNX: {reason}'
            raise CheckpointError(reason) from error
        raise ConfigError(f'{name} cannot run {path} on {device}: {reason}') from error
    if session.get_providers()[0] != name:  # onnxruntime only logs it
        raise ConfigError(
            f'onnxruntime could not start {name} on {device}: it found no such device, '
            'or its libraries (CUDA, cuDNN, TensorRT) are not installed'
        )
    return session


def _with_options(provider: str, device_id: int) -> list[Any]:
    """The provider and what may run the rest, as onnxruntime takes them."""
    if provider == 'cpu':
        return ['CPUExecutionProvider']
    providers: list[Any] = [('CUDAExecutionProvider', {'device_id': device_id})]
    if provider == 'tensorrt':
        # To build an engine takes minutes.
        folder = cache_dir('tensorrt')
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            'device_id': device_id,
            'trt_engine_cache_enable': True,
            'trt_engine_cache_path': str(folder),
        }
        providers.insert(0, ('TensorrtExecutionProvider', settings))
    return providers
