"""Networks for other runtimes."""

from fairmot_mm.deployment.export_onnx import compare_onnx, export_onnx

__all__ = ['compare_onnx', 'export_onnx']
