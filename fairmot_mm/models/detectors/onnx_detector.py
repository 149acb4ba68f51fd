"""A detector that runs an ONNX file in place of the network it was exported from."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from mmdet.structures import DetDataSample
from torch import Tensor, nn

from fairmot_mm.models.detectors.inference_detector import InferenceDetector
from fairmot_mm.models.utils.decode import CenterDetections, rescale_bboxes
from fairmot_mm.models.utils.pred_instances import set_pred_instances
from fairmot_mm.registry import MODELS
from fairmot_mm.utils.cache import cache_dir
from fairmot_mm.utils.contracts import require_choice
from fairmot_mm.utils.errors import CheckpointError, ConfigError

# Providers of onnxruntime: their names there and the type of their torch device.
PROVIDERS = {
    'cpu': ('CPUExecutionProvider', 'cpu'),
    'cuda': ('CUDAExecutionProvider', 'cuda'),
    'tensorrt': ('TensorrtExecutionProvider', 'cuda'),
}


@MODELS.register_module()
class ONNXDetector(nn.Module, InferenceDetector):
    """Detects and embeds with onnxruntime as `JDEDetector` does with PyTorch.

    It takes the place of the detector in a `FairMOT`; `init_model` puts it there where
    the checkpoint is an ONNX file. Thresholds and the mapping back to the original
    frame are those the file was exported with. onnxruntime uses as many threads as
    PyTorch.

    Args:
        onnx_file: File of ``tools/deployment/export_onnx.py``.
        device: As in ``cpu`` or ``cuda:0``; the latter needs onnxruntime-gpu.
        provider: What runs the graph: ``'cpu'``, ``'cuda'``, or ``'tensorrt'``, which
            leaves to CUDA what TensorRT cannot run, and keeps the engines that it
            builds in the user's cache. ``None`` is the provider of the device.

    Raises:
        CheckpointError: The file is missing, damaged, or not one of ours.
        ConfigError: onnxruntime is not installed, lacks the provider, or cannot start
            it; or the provider is not for the device.
    """

    def __init__(
        self,
        onnx_file: str | Path,
        device: str = 'cpu',
        provider: Literal['cpu', 'cuda', 'tensorrt'] | None = None,
    ) -> None:
        super().__init__()
        self.onnx_file = Path(onnx_file)
        kind = torch.device(device).type
        chosen = provider or kind
        require_choice(f'the provider of onnxruntime for {device}', chosen, PROVIDERS)
        if PROVIDERS[chosen][1] != kind:
            raise ConfigError(
                f'the provider {chosen} of onnxruntime does not run on device '
                f'{device}: leave out one of them'
            )
        self.session = open_session(self.onnx_file, device, chosen)
        settings = self.session.get_modelmeta().custom_metadata_map.get('fairmot_mm')
        if settings is None:
            raise CheckpointError(
                f'{onnx_file} lacks the settings of the network; export it with '
                'tools/deployment/export_onnx.py'
            )
        settings = json.loads(settings)
        self.input_size = tuple(settings['input_size'])  # width, height
        self.score_thr = settings['score_thr']
        self.rescale = settings['rescale']

    def run_network(self, batch_inputs: Tensor) -> list[Tensor]:
        """The first half of `predict`: run the graph.

        Args:
            batch_inputs: (B, 3, H, W) RGB in [0, 1], of the size of the export.

        Returns:
            What `decode` takes, by descending score, k for each image: (B, k, 4) boxes
            xyxy in pixels of the input, (B, k) scores, (B, k) int64 labels, (B, k, D)
            embeddings of unit length.

        Raises:
            ConfigError: The input is of another size.
        """
        height, width = batch_inputs.shape[-2:]
        if (width, height) != self.input_size:
            raise ConfigError(
                f'{self.onnx_file} takes images of {self.input_size[0]}x'
                f'{self.input_size[1]} pixels, the test_pipeline of the config makes '
                f'{width}x{height}; use the config of the export, or export again'
            )
        images = {'images': batch_inputs.float().cpu().numpy()}
        return [torch.from_numpy(values) for values in self.session.run(None, images)]

    def decode(
        self, outputs: Sequence[Tensor], batch_data_samples: Sequence[DetDataSample]
    ) -> Sequence[DetDataSample]:
        """The second half of `predict`: map the boxes back to the original frames.

        Ground truth is not embedded; see `InferenceDetector.decode`.
        """
        bboxes, scores, labels, embeds = outputs
        width, height = self.input_size
        metas = [sample.metainfo for sample in batch_data_samples]
        bboxes = rescale_bboxes(bboxes, metas, (height, width), self.rescale)
        # The graph does not return the cells that the boxes were read from.
        found = CenterDetections(bboxes, scores, labels, torch.zeros_like(labels))
        set_pred_instances(batch_data_samples, found, embeds, self.score_thr)
        return batch_data_samples


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
    if not path.is_file():
        raise CheckpointError(f'checkpoint {path} does not exist')
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
        options.add_session_config_entry(f'session.{threads}.allow_spinning', '0')
    options.log_severity_level = 3  # errors
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
