"""Detectors."""

from fairmot_mm.models.detectors.jde_detector import JDEDetector
from fairmot_mm.models.detectors.onnx_detector import ONNXDetector
from fairmot_mm.models.detectors.openvino_detector import OpenVINODetector

__all__ = ['JDEDetector', 'ONNXDetector', 'OpenVINODetector']
