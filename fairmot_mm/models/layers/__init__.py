"""Layers that configs name."""

from fairmot_mm.models.layers.dcnv2 import DCNv2

__all__ = ['DCNv2']
