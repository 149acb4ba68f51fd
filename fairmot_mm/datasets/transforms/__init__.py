"""Transforms of images, boxes and identities."""

from fairmot_mm.datasets.transforms.affine import JDERandomAffine
from fairmot_mm.datasets.transforms.color import SaturationValueJitter
from fairmot_mm.datasets.transforms.formatting import PackFrame, PackJDEInputs
from fairmot_mm.datasets.transforms.fused_jde_augment import FusedJDEAugment
from fairmot_mm.datasets.transforms.instances import LoadInstances
from fairmot_mm.datasets.transforms.letterbox import Letterbox
from fairmot_mm.datasets.transforms.loading import LoadImage, LoadJDELabels
from fairmot_mm.datasets.transforms.paste_people import PastePeople
from fairmot_mm.datasets.transforms.random_window import RandomWindow

__all__ = [
    'FusedJDEAugment',
    'JDERandomAffine',
    'Letterbox',
    'LoadImage',
    'LoadInstances',
    'LoadJDELabels',
    'PackFrame',
    'PackJDEInputs',
    'PastePeople',
    'RandomWindow',
    'SaturationValueJitter',
]
