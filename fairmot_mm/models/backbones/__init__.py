"""Backbones: from an image to feature maps of several strides."""

from fairmot_mm.models.backbones.dla_net import DLANet
from fairmot_mm.models.backbones.hrnet_v2 import HRNetV2

__all__ = ['DLANet', 'HRNetV2']
