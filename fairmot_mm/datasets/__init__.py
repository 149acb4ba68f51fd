"""Data sets with their transforms and samplers; each is registered."""

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
# A registry does not import the modules of its parent: mmdet's transforms are found
# from our scope only once their package is loaded.
import mmdet.datasets  # noqa: F401

from fairmot_mm.datasets.class_balanced_dataset import ClassBalancedDataset
from fairmot_mm.datasets.concat_dataset import ConcatDataset
from fairmot_mm.datasets.jde_dataset import JDEDataset
from fairmot_mm.datasets.mot_video_dataset import MOTVideoDataset
from fairmot_mm.datasets.repeat_dataset import RepeatDataset
from fairmot_mm.datasets.samplers import (
    IdentityBatchSampler,
    SeededSampler,
    VideoSampler,
)
from fairmot_mm.datasets.transforms import (
    FastLetterbox,
    FusedJDEAugment,
    JDERandomAffine,
    Letterbox,
    LoadFrame,
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
    'ClassBalancedDataset',
    'ConcatDataset',
    'FastLetterbox',
    'FusedJDEAugment',
    'IdentityBatchSampler',
    'JDEDataset',
    'JDERandomAffine',
    'Letterbox',
    'LoadFrame',
    'LoadImage',
    'LoadInstances',
    'LoadJDELabels',
    'MOTVideoDataset',
    'PackFrame',
    'PackJDEInputs',
    'PastePeople',
    'RandomWindow',
    'RepeatDataset',
    'SaturationValueJitter',
    'SeededSampler',
    'VideoSampler',
]
