"""Data sets with their transforms and samplers; each is registered."""

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
# A registry does not import the modules of its parent: mmdet's transforms are found
# from our scope only once their package is loaded.
import mmdet.datasets  # noqa: F401

from fairmot_mm.datasets.jde_dataset import JDEDataset
from fairmot_mm.datasets.mot_video_dataset import MOTVideoDataset
from fairmot_mm.datasets.samplers import (
    IdentityBatchSampler,
    SeededSampler,
    VideoSampler,
)
from fairmot_mm.datasets.transforms import (
    FusedJDEAugment,
    JDERandomAffine,
    Letterbox,
    LoadImage,
    LoadInstances,
    LoadJDELabels,
    PackFrame,
    PackJDEInputs,
    PastePeople,
    RandomWindow,
    SaturationValueJitter,
)

__all__ = [
    'FusedJDEAugment',
    'IdentityBatchSampler',
    'JDEDataset',
    'JDERandomAffine',
    'Letterbox',
    'LoadImage',
    'LoadInstances',
    'LoadJDELabels',
    'MOTVideoDataset',
    'PackFrame',
    'PackJDEInputs',
    'PastePeople',
    'RandomWindow',
    'SaturationValueJitter',
    'SeededSampler',
    'VideoSampler',
]
