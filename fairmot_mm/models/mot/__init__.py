"""Multiple object tracking models."""

from fairmot_mm.models.mot.fairmot import FairMOT

__all__ = ['FairMOT']
