"""Drawing tracks, candidates and heatmaps."""

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
from fairmot_mm.visualization.candidate_picture import Link, draw_candidates
from fairmot_mm.visualization.image_mlflow_vis_backend import ImageMLflowVisBackend
from fairmot_mm.visualization.track_visualizer import TrackVisualizer

__all__ = [
    'ImageMLflowVisBackend',
    'Link',
    'TrackVisualizer',
    'draw_candidates',
]
