"""Converting data sets to the image lists and labels that training reads."""

from fairmot_mm.datasets.converters.bdd100k import convert_bdd100k
from fairmot_mm.datasets.converters.class_map import PEDESTRIAN_ONLY, ClassMap
from fairmot_mm.datasets.converters.coco_vid import convert_coco_vid
from fairmot_mm.datasets.converters.crowdhuman import convert_crowdhuman
from fairmot_mm.datasets.converters.cutouts import CutoutRules, cut_out_people
from fairmot_mm.datasets.converters.cvat import convert_cvat
from fairmot_mm.datasets.converters.image_list import make_list
from fairmot_mm.datasets.converters.jde_mix import MIX_SETS, prepare_mix_set
from fairmot_mm.datasets.converters.kitti import convert_kitti
from fairmot_mm.datasets.converters.mot import convert_mot
from fairmot_mm.datasets.converters.split_sequences import convert_splits
from fairmot_mm.datasets.converters.ua_detrac import convert_ua_detrac
from fairmot_mm.datasets.converters.visdrone import convert_visdrone
from fairmot_mm.datasets.converters.yolo import convert_yolo

__all__ = [
    'MIX_SETS',
    'PEDESTRIAN_ONLY',
    'ClassMap',
    'CutoutRules',
    'convert_bdd100k',
    'convert_coco_vid',
    'convert_crowdhuman',
    'convert_cvat',
    'convert_kitti',
    'convert_mot',
    'convert_splits',
    'convert_ua_detrac',
    'convert_visdrone',
    'convert_yolo',
    'cut_out_people',
    'make_list',
    'prepare_mix_set',
]
