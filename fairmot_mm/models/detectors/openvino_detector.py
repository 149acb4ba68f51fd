"""A detector that runs an ONNX file with OpenVINO, on a CPU."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch

from fairmot_mm.models.detectors.exported_detector import ExportedDetector
from fairmot_mm.models.detectors.openvino_operators import (
    deform_conv,
    dequantize_linear,
    quantize_linear,
)
from fairmot_mm.registry import MODELS
from fairmot_mm.utils.contracts import require_choice
from fairmot_mm.utils.errors import CheckpointError, ConfigError
from fairmot_mm.utils.refuse_telemetry import refuse_telemetry

if TYPE_CHECKING:
    from openvino import CompiledModel, Core
    from openvino.frontend import FrontEnd

# Names of the precisions in OpenVINO.
PRECISIONS = {'float32': 'f32', 'bfloat16': 'bf16'}
# Images that run at the same time, at most: the decoding of a video and its tracker,
# each in one thread, do not keep up with more.
_MAX_STREAMS = 8


@MODELS.register_module()
class OpenVINODetector(ExportedDetector):
    """Runs an ONNX file with OpenVINO, see `ExportedDetector`.

    A file of ``tools/deployment/quantize.py`` runs in int8 where it says so, and what
    it leaves in floating point runs in ``precision``.

    A single image runs on all threads. The images of a batch run beside each other, up
    to 8 of them, and share the threads: hardly anything waits for another thread within
    a layer, and so all of them together take less time.

    Args:
        onnx_file: See `ExportedDetector`.
        precision: Type of the maps: ``'float32'``, or ``'bfloat16'`` on a processor
            that computes in it. The decoding always stays in float32.

    Raises:
        CheckpointError: See `ExportedDetector`.
        ConfigError: OpenVINO is not installed or cannot run the network, or the
            processor does not compute in bfloat16.
    """

    def __init__(
        self,
        onnx_file: str | Path,
        precision: Literal['float32', 'bfloat16'] = 'float32',
    ) -> None:
        require_choice('the precision of OpenVINO', precision, PRECISIONS)
        self.precision = precision
        super().__init__(onnx_file)

    def _open_session(self) -> 'OpenVINOSession':
        return OpenVINOSession(self.onnx_file, self.precision)

    def _read_settings(self) -> str | None:
        return self.session.settings

    def _run_session(self, images: np.ndarray) -> Sequence[np.ndarray]:
        return self.session.run(images)

    @property
    def best_batch_size(self) -> int:
        """Two images for each that runs at a time: few threads wait for the last."""
        streams = self.session.num_streams
        return 2 * streams if streams > 1 else 1


class OpenVINOSession:
    """An ONNX file, compiled for one image at a time and for several.

    Args:
        path: The file.
        precision: One of `PRECISIONS`.

    Attributes:
        num_threads: Number of threads, that of PyTorch.
        num_streams: Number of images of a batch that run at the same time.

    Raises:
        CheckpointError: The file cannot be read.
        ConfigError: See `OpenVINODetector`.
    """

    def __init__(self, path: Path, precision: str) -> None:
        self.path, self.precision = path, precision
        self.num_threads = torch.get_num_threads()
        self.num_streams = min(self.num_threads, _MAX_STREAMS)
        self._core = _make_core()
        able = self._core.get_property('CPU', 'OPTIMIZATION_CAPABILITIES')
        if precision == 'bfloat16' and 'BF16' not in able:
            raise ConfigError(
                "inference.precision = 'bfloat16': this processor does not compute in "
                'bfloat16 (OpenVINO finds no AVX-512 BF16 or AMX); leave it out'
            )
        front_end = make_front_end()
        try:
            self._model = front_end.convert(front_end.load(str(path)))
        except Exception as error:  # OpenVINO raises errors of many lines
            raise CheckpointError(
                f'{path} cannot be read as ONNX by OpenVINO: {_reason(error)}'
            ) from error
        self.settings = _read_settings(self._model)
        if self.settings is not None:
            # A network for one image is a tenth faster than one for any number.
            shape = self._model.input('images').get_partial_shape()
            shape[0] = 1
            self._model.reshape(shape)
            # A network that cannot run is found at the start, and not at a frame.
            self._for_several  # noqa: B018

    def run(self, images: np.ndarray) -> list[np.ndarray]:
        """Run the graph; several threads may do so at the same time.

        Args:
            images: (B, 3, H, W) float32.

        Returns:
            The outputs in their order.
        """
        compiled = self._for_one if len(images) == 1 else self._for_several
        # A request of its own, which costs 0.02 ms, for each of the images.
        requests = [compiled.create_infer_request() for _ in images]
        for request, image in zip(requests, images, strict=True):
            request.start_async({'images': image[None]}, share_inputs=True)
        for request in requests:
            request.wait()
        return [
            np.concatenate([one.get_output_tensor(place).data for one in requests])
            for place in range(len(compiled.outputs))
        ]

    @cached_property
    def _for_one(self) -> 'CompiledModel':
        """Compiled for images that come one by one, each on all threads.

        A run over a file needs only `_for_several`, so this one is compiled for the
        first single image.
        """
        return self._compile(streams=1)

    @cached_property
    def _for_several(self) -> 'CompiledModel':
        """Compiled for `num_streams` images at the same time."""
        if self.num_streams == 1:
            return self._for_one
        return self._compile(self.num_streams)

    def _compile(self, streams: int) -> 'CompiledModel':
        """Compile the graph to run on ``streams`` images at the same time."""
        settings = {
            'NUM_STREAMS': streams,
            'INFERENCE_PRECISION_HINT': PRECISIONS[self.precision],
            'INFERENCE_NUM_THREADS': self.num_threads,
            # Threads that are bound to a core wait for whatever else runs there.
            'ENABLE_CPU_PINNING': False,
        }
        try:
            return self._core.compile_model(self._model, 'CPU', settings)
        except Exception as error:
            raise ConfigError(
                f'OpenVINO cannot run {self.path}: {_reason(error)}'
            ) from error


def _make_core() -> 'Core':
    """Start OpenVINO."""
    refuse_telemetry()
    try:
        from openvino import Core
    except ImportError as error:
        raise ConfigError(
            "inference.backend = 'openvino' needs OpenVINO, which is not installed: "
            'pip install openvino'
        ) from error
    return Core()


def make_front_end() -> 'FrontEnd':
    """Make OpenVINO's reader of ONNX files, which knows our operators too."""
    from openvino.frontend import FrontEndManager
    from openvino.frontend.onnx import ConversionExtension

    front_end = FrontEndManager().load_by_framework('onnx')
    for name, read in (
        ('DeformConv', deform_conv),
        ('QuantizeLinear', quantize_linear),
        ('DequantizeLinear', dequantize_linear),
    ):
        front_end.add_extension(ConversionExtension(name, read))
    return front_end


def _read_settings(model: Any) -> str | None:
    """The text that the export has stored as metadata of the ONNX file."""
    place = ['framework', 'fairmot_mm']
    return model.get_rt_info(place).astype(str) if model.has_rt_info(place) else None


def _reason(error: Exception) -> str:
    """The last line of a message, where OpenVINO says what is wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
