"""Necks, from backbone levels to a stride-4 map."""

from fairmot_mm.models.necks.dla_up import DLAUp

__all__ = ['DLAUp']
