"""Drawing tracks."""

from fairmot_mm.visualization.track_visualizer import TrackVisualizer, identity_colors

__all__ = ['TrackVisualizer', 'identity_colors']
