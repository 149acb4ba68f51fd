"""Rendered street videos with exact ground truth, crowds, and noisy detections."""

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
from fairmot_mm.synthetic.noisy_detections import DetectionNoise, noisy_detections
from fairmot_mm.synthetic.synthetic_scene import (
    CAMERAS,
    STREET_CLASSES,
    SyntheticScene,
)
from fairmot_mm.synthetic.walking_crowd import WalkingCrowd
from fairmot_mm.synthetic.write_sequence import write_sequence

__all__ = [
    'CAMERAS',
    'STREET_CLASSES',
    'DetectionNoise',
    'SyntheticScene',
    'WalkingCrowd',
    'noisy_detections',
    'write_sequence',
]
