"""How a trained network runs: options, acceleration, ONNX."""

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
from fairmot_mm.inference.accelerated_detector import AcceleratedDetector
from fairmot_mm.inference.export_onnx import compare_onnx, export_onnx
from fairmot_mm.inference.inference_setup import InferenceSetup

__all__ = ['AcceleratedDetector', 'InferenceSetup', 'compare_onnx', 'export_onnx']
