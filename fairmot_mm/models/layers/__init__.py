"""Building blocks of the networks; configs name `DCNv2`."""

from fairmot_mm.models.layers.dcnv2 import DCNv2

__all__ = ['DCNv2']
