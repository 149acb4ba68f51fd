"""How a trained network runs: options, acceleration, ONNX."""

from fairmot_mm.inference.accelerate import accelerate
from fairmot_mm.inference.export_onnx import GRAPH_VERSION, compare_onnx, export_onnx
from fairmot_mm.inference.inference_options import InferenceOptions
from fairmot_mm.inference.onnx_backend import use_onnxruntime

__all__ = [
    'GRAPH_VERSION',
    'InferenceOptions',
    'accelerate',
    'compare_onnx',
    'export_onnx',
    'use_onnxruntime',
]
