"""Schedules of the learning rate."""

from fairmot_mm.engine.param_schedulers.peak_one_cycle_lr import PeakOneCycleLR

__all__ = ['PeakOneCycleLR']
