"""How a trained network runs: options, acceleration, ONNX."""

from fairmot_mm.inference.accelerate import accelerate
from fairmot_mm.inference.accelerated_detector import AcceleratedDetector
from fairmot_mm.inference.export_onnx import GRAPH_VERSION, compare_onnx, export_onnx
from fairmot_mm.inference.inference_options import InferenceOptions
from fairmot_mm.inference.inference_setup import InferenceSetup
from fairmot_mm.inference.move_to_device import move_to_device
from fairmot_mm.inference.onnx_backend import use_onnxruntime

__all__ = [
    'GRAPH_VERSION',
    'AcceleratedDetector',
    'InferenceOptions',
    'InferenceSetup',
    'accelerate',
    'compare_onnx',
    'export_onnx',
    'move_to_device',
    'use_onnxruntime',
]
