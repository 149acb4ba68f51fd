"""Networks for other runtimes."""

from fairmot_mm.deployment.export_onnx import GRAPH_VERSION, compare_onnx, export_onnx

__all__ = ['GRAPH_VERSION', 'compare_onnx', 'export_onnx']
