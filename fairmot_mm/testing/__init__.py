"""Helpers for tests, measurements and the demo."""

from fairmot_mm.testing.crowd import WalkingCrowd
from fairmot_mm.testing.noisy_detections import DetectionNoise, noisy_detections
from fairmot_mm.testing.synthetic import SyntheticScene, write_sequence

__all__ = [
    'DetectionNoise',
    'SyntheticScene',
    'WalkingCrowd',
    'noisy_detections',
    'write_sequence',
]
