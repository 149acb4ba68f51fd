"""From the archives of a data set to what training reads."""

from fairmot_mm.datasets.converters.class_map import PEDESTRIAN_ONLY, ClassMap
from fairmot_mm.datasets.converters.mot import convert_mot, find_sequences
from fairmot_mm.datasets.converters.report import ConversionReport, ListCount

__all__ = [
    'PEDESTRIAN_ONLY',
    'ClassMap',
    'ConversionReport',
    'ListCount',
    'convert_mot',
    'find_sequences',
]
