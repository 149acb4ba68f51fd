"""The camera of a synthetic street and the layout of the ground in front of it."""

from dataclasses import dataclass

import numpy as np

FACADE_Z, FAR_KERB_Z, NEAR_KERB_Z, BOTTOM_Z = 24.0, 18.4, 9.3, 7.0  # metres
PARKING_Z = 17.2


@dataclass(frozen=True)
class StreetView:
    """A camera at eye level that looks straight across the street.

    World: metres, X to the right, Z away from the camera, both on the ground. The
    camera is a pinhole; turning it a little moves the image as a whole.

    Attributes:
        width: Width of what can ever be seen, in pixels.
        height: Likewise.
        focal: Focal length in pixels.
        horizon: Row of the horizon.
        bottom: Row where the ground is `BOTTOM_Z` away.
    """

    width: int
    height: int
    focal: float
    horizon: float
    bottom: float

    def scale(self, depth: float) -> float:
        """Pixels a metre at ``depth`` metres."""
        return self.focal / depth

    def row(self, depth: float) -> float:
        """Image row of the ground at ``depth``."""
        return self.horizon + (self.bottom - self.horizon) * BOTTOM_Z / depth

    def project(self, x: float, depth: float) -> np.ndarray:
        """(2,) image column and row of a point of the ground."""
        return np.array([self.width / 2 + self.scale(depth) * x, self.row(depth)])

    def half_width(self, depth: float) -> float:
        """Metres from the axis to the edge of what can ever be seen."""
        return self.width / 2 * depth / self.focal

    def enlarged(self, times: int) -> 'StreetView':
        """The same view with ``times`` the pixels each way."""
        return StreetView(
            width=self.width * times,
            height=self.height * times,
            focal=self.focal * times,
            horizon=self.horizon * times,
            bottom=self.bottom * times,
        )
