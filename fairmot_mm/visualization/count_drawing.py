"""Drawing lines and zones with what was counted there."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from fairmot_mm.utils.points import Points
from fairmot_mm.visualization.drawing import draw_label, line_width

_COLOR = (0, 220, 255)


def draw_counts(
    canvas: np.ndarray, shapes: Mapping[str, Points], texts: Mapping[str, Sequence[str]]
) -> None:
    """Draw lines and zones, each with its texts in its middle.

    Args:
        canvas: (H, W, 3) uint8 BGR, changed in place.
        shapes: Points in pixels by the name of the line (two points) or zone.
        texts: Lines of text by the same names.
    """
    width = 2 * line_width(canvas)
    for points in shapes.values():
        corners = np.array(points, np.int32)
        cv2.polylines(canvas, [corners], len(corners) > 2, _COLOR, width, cv2.LINE_AA)
        if len(corners) == 2:
            _draw_in_side(canvas, corners, width)
    spacing = max(20, round(np.sqrt(canvas.shape[0] * canvas.shape[1]) / 40))
    for name, points in shapes.items():
        x, y = np.mean(points, axis=0).round().astype(int).tolist()
        for row, text in enumerate(texts[name]):
            draw_label(canvas, text, (x, y + row * spacing), _COLOR, below=True)


def _draw_in_side(canvas: np.ndarray, corners: np.ndarray, width: int) -> None:
    """An arrow across a line, from its right side to its left side: inwards."""
    along = (corners[1] - corners[0]).astype(float)
    across = np.array([along[1], -along[0]]) / np.hypot(*along)
    start = corners[0] + along / 4
    end = start + across * 12 * width
    first, second = ((*point.round().astype(int).tolist(),) for point in (start, end))
    cv2.arrowedLine(canvas, first, second, _COLOR, width, cv2.LINE_AA, tipLength=0.4)
