"""Detectors."""

from fairmot_mm.models.detectors.jde_detector import JDEDetector
from fairmot_mm.models.detectors.onnx_detector import ONNXDetector

__all__ = ['JDEDetector', 'ONNXDetector']
