"""A visualizer of mmengine that imports matplotlib only to draw with it."""

from typing import Any

from mmengine.visualization import Visualizer

# The attributes of mmengine's Visualizer that hold its figure.
_FIGURE = ('fig_save_canvas', 'fig_save', 'ax_save', 'dpi')


class LazyFigure(Visualizer):
    """mmengine's ``Visualizer``, which makes its figure when one is first drawn on.

    mmengine makes a figure of matplotlib for every visualizer. This takes half a second
    at the start of a process, also where nothing is drawn, or is drawn by other means.

    Args:
        name: Name of the instance, used by mmengine.
        settings: Other arguments of mmengine's ``Visualizer``.
    """

    def __init__(self, name: str = 'visualizer', **settings: Any) -> None:
        super().__init__(name, **settings)
        for name in _FIGURE:
            delattr(self, name)

    def _initialize_fig(self, fig_cfg: dict) -> tuple[None, '_NoFigure', None]:
        """Replace what the constructor of mmengine's class asks for."""
        return None, _NoFigure(), None

    def __getattr__(self, name: str) -> Any:
        if name not in _FIGURE:
            raise AttributeError(f'{type(self).__name__} has no attribute {name!r}')
        figure = super()._initialize_fig(self.fig_save_cfg)
        self.fig_save_canvas, self.fig_save, self.ax_save = figure
        self.dpi = self.fig_save.get_dpi()
        return getattr(self, name)


class _NoFigure:
    """Stands for the figure while mmengine's class is constructed."""

    def get_dpi(self) -> float:
        return 0.0
