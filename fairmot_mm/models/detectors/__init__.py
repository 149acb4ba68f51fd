"""Detectors."""

from fairmot_mm.models.detectors.jde_detector import JDEDetector

__all__ = ['JDEDetector']
