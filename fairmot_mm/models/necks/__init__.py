"""Necks: from the feature maps of a backbone to one map of stride 4."""

from fairmot_mm.models.necks.concat_neck import ConcatNeck
from fairmot_mm.models.necks.deconv_fpn import DeconvFPN
from fairmot_mm.models.necks.deconv_neck import DeconvNeck
from fairmot_mm.models.necks.dla_concat_up import DLAConcatUp
from fairmot_mm.models.necks.dla_up import DLAUp
from fairmot_mm.models.necks.yolov5_neck import YOLOv5Neck

__all__ = [
    'ConcatNeck',
    'DLAConcatUp',
    'DLAUp',
    'DeconvFPN',
    'DeconvNeck',
    'YOLOv5Neck',
]
