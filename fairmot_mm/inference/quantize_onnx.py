"""Quantisation of an exported network to int8, after its training."""

import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fairmot_mm.utils.errors import CheckpointError, ConfigError
from fairmot_mm.utils.refuse_telemetry import refuse_telemetry

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto

# What the decoding of the maps lies behind.
_LAYERS = {'Conv', 'ConvTranspose', 'DeformConv', 'Gemm', 'MatMul'}
_QUANTIZERS = {'QuantizeLinear', 'DequantizeLinear'}

Judge = Callable[[Path, Sequence[int]], list[float]]


def quantize_onnx(
    path: str | Path,
    out: str | Path,
    num_images: int,
    image: Callable[[int], np.ndarray],
    judge: tuple[Judge, int, float] | None = None,
) -> None:
    """Write an int8 form of an ONNX file of `export_onnx`, by NNCF.

    Weights and the inputs of convolutions become 8-bit numbers, whose ranges are those
    that occur in the images (post-training quantisation, no bias correction). The last
    layers, the decoding behind them and the embeddings of detections stay in float32.
    The file keeps the metadata, and quantisation is written with standard operators
    (``QuantizeLinear``, ``DequantizeLinear``), so that OpenVINO and onnxruntime run it.

    Args:
        path: The file in floating point.
        out: File to write.
        num_images: Number of images to calibrate on.
        image: Gives image k, (1, 3, H, W) float32 RGB in [0, 1].
        judge: For accuracy control: layers are put back to floating point, those first
            that matter most, until the mean of the function is at most the last number.
            The function gives for a file and places of frames what each frame loses,
            from 0 to 1; the number of its frames comes second.

    Raises:
        ConfigError: A package is missing.
        CheckpointError: The file is quantised already, or NNCF cannot quantise it.
    """
    _require_packages()
    refuse_telemetry()
    import nncf
    import onnx
    from nncf.quantization.range_estimator import RangeEstimatorParametersSet

    nncf.set_log_level(logging.ERROR)
    model = onnx.load(path)
    if any(node.op_type in _QUANTIZERS for node in model.graph.node):
        raise CheckpointError(f'{path} is quantized already: give the original')
    calibration = nncf.Dataset(range(num_images), lambda k: {'images': image(k)})
    # With NNCF's own, bias correction and mean ranges, networks with SiLU lose more.
    advanced = nncf.AdvancedQuantizationParameters(
        disable_bias_correction=True,
        activations_range_estimator_params=RangeEstimatorParametersSet.MINMAX,
    )
    settings = {
        'preset': nncf.QuantizationPreset.MIXED,
        'subset_size': num_images,
        'ignored_scope': nncf.IgnoredScope(
            names=list(output_nodes(model.graph)), validate=False
        ),
    }
    try:
        if judge is None:
            quantized = nncf.quantize(
                model, calibration, advanced_parameters=advanced, **settings
            )
        else:
            function, num_frames, max_drop = judge
            quantized = nncf.quantize_with_accuracy_control(
                model,
                calibration,
                nncf.Dataset(range(num_frames)),
                _validation(function),
                max_drop=max_drop,
                advanced_quantization_parameters=advanced,
                **settings,
            )
    except nncf.InternalError as error:
        raise CheckpointError(f'NNCF cannot quantize {path}: {error}') from error
    _forget_sources(quantized.graph)
    onnx.save(quantized, out)


def _forget_sources(graph: 'GraphProto') -> None:
    """Remove where in whose files each operator comes from, as PyTorch notes it."""
    for parts in (graph.node, graph.value_info, graph.input, graph.output):
        for part in parts:
            part.ClearField('metadata_props')
            part.ClearField('doc_string')


def output_nodes(graph: 'GraphProto') -> Iterator[str]:
    """Find the last layers of a network, and the operators behind them.

    What is computed at the peaks of the heatmap lies behind them too: the embeddings of
    the detections, with their layers.

    Args:
        graph: Its operators are in the order in which they run.

    Yields:
        The names of the operators that no layer with weights follows, but for layers at
        the peaks, and of those at the peaks.
    """
    at_peaks: set[str] = set()  # values that depend on which cells are peaks
    for node in graph.node:
        if node.op_type == 'TopK' or not at_peaks.isdisjoint(node.input):
            at_peaks.update(node.output)
    followed: set[str] = set()  # values that a layer depends on
    for node in reversed(graph.node):
        is_followed = not followed.isdisjoint(node.output)
        is_at_peaks = not at_peaks.isdisjoint(node.output)
        if is_at_peaks or not is_followed:
            yield node.name
        if not is_at_peaks and (is_followed or node.op_type in _LAYERS):
            followed.update(node.input)


def _validation(
    judge: Judge,
) -> Callable[['ModelProto', Iterable[int]], tuple[float, list[float]]]:
    """The function in the form in which NNCF asks for it: more is better."""
    import onnx

    def validate(
        model: 'ModelProto', places: Iterable[int]
    ) -> tuple[float, list[float]]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, 'candidate.onnx')
            onnx.save(model, path)
            kept = [1 - loss for loss in judge(path, list(places))]
        return float(np.mean(kept)), kept

    return validate


def _require_packages() -> None:
    packages = ('nncf', 'onnx', 'openvino')
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f'{", ".join(missing)} is not installed; quantization needs it: '
            f'pip install {" ".join(packages)}'
        )
