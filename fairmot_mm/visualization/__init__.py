"""Drawing of tracks."""

from fairmot_mm.visualization.candidate_picture import Link, draw_candidates
from fairmot_mm.visualization.track_visualizer import TrackVisualizer, identity_colors

__all__ = ['Link', 'TrackVisualizer', 'draw_candidates', 'identity_colors']
