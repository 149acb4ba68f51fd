"""The camera of a synthetic street and the layout of the ground in front of it."""

from dataclasses import dataclass

import numpy as np

FACADE_Z, FAR_KERB_Z, NEAR_KERB_Z, BOTTOM_Z = 24.0, 18.4, 9.3, 7.0  # metres
PARKING_Z = 17.2


@dataclass(frozen=True)
class StreetView:
    """A pinhole camera at eye level that looks straight across the street.

    World coordinates are metres on the ground: X to the right, Z away from the camera.
    When the camera turns a little, the whole image shifts.

    Attributes:
        width: Width in pixels of everything that the camera can see while it turns.
        height: Height of the same.
        focal: Focal length in pixels.
        horizon: Image row of the horizon.
        bottom: Image row of the ground at a depth of `BOTTOM_Z` metres.
    """

    width: int
    height: int
    focal: float
    horizon: float
    bottom: float

    def scale(self, depth: float) -> float:
        """Compute the size of a metre in the image.

        Args:
            depth: World Z in metres.

        Returns:
            Pixels per metre.
        """
        return self.focal / depth

    def row(self, depth: float) -> float:
        """Compute the image row of the ground.

        Args:
            depth: World Z in metres.

        Returns:
            Row in pixels.
        """
        return self.horizon + (self.bottom - self.horizon) * BOTTOM_Z / depth

    def project(self, x: float, depth: float) -> np.ndarray:
        """Project a point of the ground onto the image.

        Args:
            x: World X in metres.
            depth: World Z in metres.

        Returns:
            (2,) column and row in pixels.
        """
        return np.array([self.width / 2 + self.scale(depth) * x, self.row(depth)])

    def half_width(self, depth: float) -> float:
        """Compute half of the visible width.

        Args:
            depth: World Z in metres.

        Returns:
            Metres from the axis of the camera to the edge of the view.
        """
        return self.width / 2 * depth / self.focal

    def enlarged(self, times: int) -> 'StreetView':
        """Scale the view to more pixels.

        Args:
            times: Factor for width and height.

        Returns:
            The same view at the higher resolution.
        """
        return StreetView(
            width=self.width * times,
            height=self.height * times,
            focal=self.focal * times,
            horizon=self.horizon * times,
            bottom=self.bottom * times,
        )
