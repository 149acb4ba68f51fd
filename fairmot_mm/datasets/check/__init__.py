"""Finding what is wrong with the lists, labels and images of a data set."""

from fairmot_mm.datasets.check.check_classes import check_classes
from fairmot_mm.datasets.check.check_dataset import check_dataset
from fairmot_mm.datasets.check.check_report import CheckReport
from fairmot_mm.datasets.check.problem import ERRORS, KINDS

__all__ = [
    'ERRORS',
    'KINDS',
    'CheckReport',
    'check_classes',
    'check_dataset',
]
