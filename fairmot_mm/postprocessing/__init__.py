"""Refinement of finished tracks, where the whole video is known."""

from fairmot_mm.postprocessing.gaussian_smoothing import smooth_tracks
from fairmot_mm.postprocessing.linear_interpolation import interpolate_tracks

__all__ = ['interpolate_tracks', 'smooth_tracks']
