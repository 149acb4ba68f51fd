"""Refinement of finished tracks, where the whole video is known."""

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
from fairmot_mm.postprocessing.gaussian_smoothing import smooth_tracks
from fairmot_mm.postprocessing.linear_interpolation import interpolate_tracks
from fairmot_mm.postprocessing.track_relabeling import TrackRelabeling
from fairmot_mm.postprocessing.tracklet_linking import TrackletLinking
from fairmot_mm.postprocessing.tracklet_splitting import TrackletSplitting

__all__ = [
    'TrackRelabeling',
    'TrackletLinking',
    'TrackletSplitting',
    'interpolate_tracks',
    'smooth_tracks',
]
