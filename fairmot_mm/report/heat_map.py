"""Where people walked: a heat map of the feet of all tracks."""

from dataclasses import dataclass

import cv2
import numpy as np

from fairmot_mm.utils import MOTRows

_WIDTH = 900  # pixels of the picture
_BLUR = 0.012  # standard deviation, as a share of the width
_EMPTY = 245  # grey level where there is no image


@dataclass(frozen=True, eq=False)
class HeatMap:
    """How often a track stood at each place, drawn over a frame.

    A place is where the middle of the lower edge of a box is. The colour goes from blue
    over green to red with the square root of the number of boxes there, so that places
    where few people walk can be seen as well.

    Attributes:
        frame: Number of the frame that it is drawn over.
        rows: The tracks.
    """

    frame: int
    rows: MOTRows

    def draw(self, image: np.ndarray | None) -> np.ndarray:
        """Draw the map.

        Args:
            image: (H, W, 3) uint8 BGR frame; None for a plain background that has all
                boxes in it.

        Returns:
            (h, 900, 3) uint8 BGR picture.
        """
        tlwh = self.rows.tlwh
        if image is None:
            size = (tlwh[:, :2] + tlwh[:, 2:]).max(axis=0).clip(1)
        else:
            size = np.array(image.shape[1::-1])
        scale = _WIDTH / size[0]
        height = max(1, round(size[1] * scale))
        feet = tlwh[:, :2] + tlwh[:, 2:] * (0.5, 1.0)
        # A box may reach beyond the frame: its feet are then drawn at the border.
        places = np.clip(feet * scale, 0, [_WIDTH - 1, height - 1]).astype(np.int64)
        counts = np.bincount(
            places[:, 1] * _WIDTH + places[:, 0], minlength=height * _WIDTH
        )
        density = cv2.GaussianBlur(
            counts.reshape(height, _WIDTH).astype(np.float32), (0, 0), _BLUR * _WIDTH
        )
        heat = np.sqrt(density / max(float(density.max()), 1e-9))
        colors = cv2.applyColorMap((255 * heat).astype(np.uint8), cv2.COLORMAP_TURBO)
        opacity = np.clip(1.4 * heat, 0, 0.75)[..., None]
        canvas = _background(image, height)
        return (canvas * (1 - opacity) + colors * opacity).astype(np.uint8)


def _background(image: np.ndarray | None, height: int) -> np.ndarray:
    """The frame without colours, at the size of the map."""
    if image is None:
        return np.full((height, _WIDTH, 3), _EMPTY, np.uint8)
    small = cv2.resize(image, (_WIDTH, height), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
