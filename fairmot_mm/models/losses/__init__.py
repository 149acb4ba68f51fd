"""Losses and the weighting of tasks."""

from fairmot_mm.models.losses.fixed_weighting import FixedWeighting
from fairmot_mm.models.losses.uncertainty_weighting import UncertaintyWeighting

__all__ = ['FixedWeighting', 'UncertaintyWeighting']
