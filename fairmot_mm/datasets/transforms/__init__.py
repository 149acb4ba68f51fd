"""Transforms of images, boxes and identities."""

from fairmot_mm.datasets.transforms.fast_letterbox import FastLetterbox
from fairmot_mm.datasets.transforms.fused_jde_augment import FusedJDEAugment
from fairmot_mm.datasets.transforms.jde_random_affine import JDERandomAffine
from fairmot_mm.datasets.transforms.letterbox import Letterbox
from fairmot_mm.datasets.transforms.load_frame import LoadFrame
from fairmot_mm.datasets.transforms.load_image import LoadImage
from fairmot_mm.datasets.transforms.load_instances import LoadInstances
from fairmot_mm.datasets.transforms.load_jde_labels import LoadJDELabels
from fairmot_mm.datasets.transforms.pack_frame import PackFrame
from fairmot_mm.datasets.transforms.pack_jde_inputs import PackJDEInputs
from fairmot_mm.datasets.transforms.paste_people import PastePeople
from fairmot_mm.datasets.transforms.random_window import RandomWindow
from fairmot_mm.datasets.transforms.saturation_value_jitter import SaturationValueJitter

__all__ = [
    'FastLetterbox',
    'FusedJDEAugment',
    'JDERandomAffine',
    'Letterbox',
    'LoadFrame',
    'LoadImage',
    'LoadInstances',
    'LoadJDELabels',
    'PackFrame',
    'PackJDEInputs',
    'PastePeople',
    'RandomWindow',
    'SaturationValueJitter',
]
