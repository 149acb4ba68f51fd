"""Losses and the weighting of tasks."""

from fairmot_mm.models.losses.task_weighting import FixedWeighting, UncertaintyWeighting

__all__ = ['FixedWeighting', 'UncertaintyWeighting']
