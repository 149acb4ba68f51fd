"""Backbones."""

from fairmot_mm.models.backbones.dla import DLANet

__all__ = ['DLANet']
