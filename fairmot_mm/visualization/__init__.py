"""Drawing tracks."""

from fairmot_mm.visualization.track_visualizer import TrackVisualizer

__all__ = ['TrackVisualizer']
