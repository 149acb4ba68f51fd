"""Multiple object tracking models."""

from fairmot_mm.models.mot.clip_preprocessor import ClipPreprocessor
from fairmot_mm.models.mot.fairmot import FairMOT
from fairmot_mm.models.mot.local_model import LocalModel
from fairmot_mm.models.mot.mmdet_tracker import MMDetTracker, adapt_tracker

__all__ = [
    'ClipPreprocessor',
    'FairMOT',
    'LocalModel',
    'MMDetTracker',
    'adapt_tracker',
]
