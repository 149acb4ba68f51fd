import copy
import sys

import numpy as np
import pytest

from fairmot_mm.visualization import TrackVisualizer
from fairmot_mm.visualization.lazy_figure import LazyFigure


def test_matplotlib_is_imported_to_draw_only(monkeypatch):
    """Constructing and copying a visualizer makes no figure."""
    for name in ('matplotlib.figure', 'matplotlib.backends.backend_agg'):
        monkeypatch.setitem(sys.modules, name, None)  # an import fails
    visualizer = copy.deepcopy(TrackVisualizer())
    image = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(ImportError):
        visualizer.set_image(image)


def test_methods_of_mmengine_draw():
    """mmengine's own drawing works as on its own visualizer, also on a copy."""
    image = np.full((20, 30, 3), 255, np.uint8)
    for visualizer in (LazyFigure('one'), copy.deepcopy(TrackVisualizer('two'))):
        visualizer.set_image(image)
        visualizer.draw_bboxes(np.array([[2, 2, 20, 10]]), edge_colors='r')
        drawn = visualizer.get_image()
        assert drawn.shape == image.shape
        assert (drawn != image).any()


def test_an_unknown_attribute_is_an_error():
    """Only the figure is made late."""
    with pytest.raises(AttributeError, match='TrackVisualizer has no attribute'):
        _ = TrackVisualizer().figure
