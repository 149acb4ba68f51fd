"""A run in a window of the desktop."""

import subprocess
import sys
from contextlib import suppress
from copy import deepcopy

import cv2
from mmdet.structures import DetDataSample

from fairmot_mm.exports.count_board import CountBoard
from fairmot_mm.utils import ConfigError
from fairmot_mm.video.result_picture import blurred_image, draw_result, frame_of
from fairmot_mm.visualization import TrackVisualizer

# OpenCV ends the whole program where it finds no display, so another one tries first.
_TRIAL = 'import cv2; cv2.namedWindow("trial"); cv2.waitKey(1); cv2.destroyAllWindows()'
_ESCAPE = 27  # code of the key


class Window:
    """Shows annotated frames in windows, one for each stream.

    All methods must be called by the main thread.

    Args:
        visualizer: Draws the frames; each stream gets a copy.
        blur: How people are blurred, see `OutputOptions`; None: they are not.

    Raises:
        ConfigError: No window can be opened: there is no display, or OpenCV was built
            without windows.
    """

    def __init__(self, visualizer: TrackVisualizer, blur: str | None = None) -> None:
        self.visualizer, self._blur = visualizer, blur
        self._visualizers: dict[str, TrackVisualizer] = {}  # by the name of a window
        try:
            subprocess.run(
                [sys.executable, '-c', _TRIAL],
                check=True,
                capture_output=True,
                text=True,
                timeout=60,
            )
        except (subprocess.SubprocessError, OSError) as error:
            raise ConfigError(
                f'no window can be opened here: {_reason(error)}; use --serve 8080 to '
                'look at the run in a browser'
            ) from error

    def show(
        self, name: str, sample: DetDataSample, board: CountBoard | None = None
    ) -> bool:
        """Show a result.

        Args:
            name: Name of the stream.
            sample: A result of an inferencer, with its ``frame``.
            board: What was counted up to this result, see `Run.counts`; None if nothing
                is counted.

        Returns:
            Whether the user wants to see more: not after the window was closed, or Q or
            Escape was pressed.

        Raises:
            DataError: The result has no frame any more.
        """
        image = blurred_image(frame_of(sample).image, sample, self._blur)
        is_new = name not in self._visualizers
        if is_new:
            self._visualizers[name] = deepcopy(self.visualizer)
            self._visualizers[name].reset()
        drawn = draw_result(
            image, sample.pred_track_instances, self._visualizers[name], board
        )
        if is_new:
            cv2.namedWindow(name, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO)
            cv2.resizeWindow(name, drawn.shape[1], drawn.shape[0])
        cv2.imshow(name, drawn)
        key = cv2.waitKey(1) & 0xFF
        is_open = cv2.getWindowProperty(name, cv2.WND_PROP_VISIBLE) >= 1
        return is_open and key not in (_ESCAPE, ord('q'))

    def close(self) -> None:
        """Close the windows."""
        for name in self._visualizers:
            with suppress(cv2.error):  # the user has closed it
                cv2.destroyWindow(name)
        self._visualizers.clear()


def _reason(error: Exception) -> str:
    """What the trial said in its most telling line."""
    said = getattr(error, 'stderr', None) or ''
    if 'not implemented' in said:
        return 'this OpenCV was built without windows (pip install opencv-python)'
    if 'display' in said.lower():
        return 'there is no display (DISPLAY leads to none)'
    lines = said.strip().splitlines()
    return lines[-1] if lines else str(error)
