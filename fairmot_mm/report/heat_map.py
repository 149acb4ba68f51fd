"""Where people walked: a heat map of the feet of all tracks."""

import cv2
import numpy as np

from fairmot_mm.utils import MOTRows

_WIDTH = 900  # pixels of the picture
_BLUR = 0.012  # standard deviation, as a share of the width
_EMPTY = 245  # grey level where there is no image


def draw_heat_map(
    rows: MOTRows, size: tuple[int, int], image: np.ndarray | None
) -> np.ndarray:
    """Draw how often a track stood at each place, over a frame.

    A place is where the middle of the lower edge of a box is. The colour goes from blue
    over green to red with the square root of the number of boxes there, so that places
    where few people walk can be seen as well.

    Args:
        rows: The tracks.
        size: Width and height of the frames in pixels.
        image: (H, W, 3) uint8 BGR frame; None for a plain background.

    Returns:
        (h, 900, 3) uint8 BGR picture.
    """
    scale = _WIDTH / size[0]
    height = max(1, round(size[1] * scale))
    feet = rows.tlwh[:, :2] + rows.tlwh[:, 2:] * (0.5, 1.0)
    # A box may reach beyond the frame: its feet are then drawn at the border.
    places = np.clip(feet * scale, 0, [_WIDTH - 1, height - 1]).astype(np.int64)
    counts = np.bincount(
        places[:, 1] * _WIDTH + places[:, 0], minlength=height * _WIDTH
    ).astype(np.float32)
    density = cv2.GaussianBlur(counts.reshape(height, _WIDTH), (0, 0), _BLUR * _WIDTH)
    heat = np.sqrt(density / max(float(density.max()), 1e-9))
    if image is None:
        canvas = np.full((height, _WIDTH, 3), _EMPTY, np.uint8)
    else:
        small = cv2.resize(image, (_WIDTH, height), interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        canvas = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    colors = cv2.applyColorMap((255 * heat).astype(np.uint8), cv2.COLORMAP_TURBO)
    opacity = np.clip(1.4 * heat, 0, 0.75)[..., None]
    return (canvas * (1 - opacity) + colors * opacity).astype(np.uint8)
