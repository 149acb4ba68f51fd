"""Paint one frame of a synthetic video and measure how much of an object is visible."""

from dataclasses import dataclass

import cv2
import numpy as np

from fairmot_mm.synthetic.sprite import Sprite

NO_OBJECT = -1
_SHADOW = 0.45  # opacity
# The shadow of a point one metre above the ground falls this far to the right of and
# below the point of the ground, in metres on the image.
_SHADOW_RIGHT, _SHADOW_DOWN = 0.55, 0.20


@dataclass(frozen=True)
class PlacedSprite:
    """A sprite at its place in the image.

    Attributes:
        sprite: The picture.
        foot: (2,) x, y of the ground point in pixels of the image.
        scale: Pixels per metre.
        owner: Index of the object with ground truth, or `NO_OBJECT` for others.
    """

    sprite: Sprite
    foot: np.ndarray
    scale: float
    owner: int

    @property
    def box(self) -> np.ndarray:
        """(4,) xyxy of the whole sprite in pixels of the image, with hidden parts."""
        return np.tile(self.foot, 2) + self.sprite.bounds * self.scale


class SceneCanvas:
    """The image that is painted, and the visible object at each of its pixels.

    Args:
        image: (H, W, 3) uint8 BGR of the empty street, changed in place.
    """

    def __init__(self, image: np.ndarray) -> None:
        self.image = image
        self.owner = np.full(image.shape[:2], NO_OBJECT, np.int32)

    def paint(self, item: PlacedSprite) -> int:
        """Paint a sprite over the earlier ones.

        Args:
            item: The sprite and its place.

        Returns:
            Number of pixels of the sprite, including those outside the image.
        """
        picture, left, top = item.sprite.placed(item.foot, item.scale)
        where, visible = self._crop(picture, left, top)
        keep = 255 - visible[..., 3:].astype(np.uint16)
        under = self.image[where] * keep // 255 + visible[..., :3]
        self.image[where] = np.minimum(under, 255)
        self.owner[where][visible[..., 3] >= 128] = item.owner
        return int(np.count_nonzero(picture[..., 3] >= 128))

    def cast_shadow(self, item: PlacedSprite) -> None:
        """Darken the ground to the lower right of a sprite, in the shape of the sprite.

        Args:
            item: The sprite and its place.
        """
        outline = item.sprite.levels[2][..., 3]  # coarse, so it is soft when enlarged
        shape = np.array(item.sprite.bgra.shape[:2])
        unit = item.scale / item.sprite.pixels_per_metre
        rows, cols = np.ceil(shape * unit).astype(int)
        size = (cols + int(_SHADOW_RIGHT * rows) + 1, int(_SHADOW_DOWN * rows) + 4)
        corner = np.floor(item.foot - [cols / 2, 2]).astype(int)
        step_y, step_x = shape / outline.shape * unit
        linear = np.array(
            [[step_x, -_SHADOW_RIGHT * step_y], [0, -_SHADOW_DOWN * step_y]]
        )
        foot = item.sprite.foot / (shape / outline.shape)[::-1]
        shift = item.foot - corner - linear @ foot
        shadow = cv2.warpAffine(outline, np.column_stack([linear, shift]), size)
        where, shadow = self._crop(shadow, *corner)
        dim = 255 - (_SHADOW * shadow[..., None]).astype(np.uint16)
        self.image[where] = self.image[where] * dim // 255

    def count_seen(self, num_objects: int) -> np.ndarray:
        """Count the visible pixels of each object.

        Args:
            num_objects: Number of objects P in the scene.

        Returns:
            (P,) counts.
        """
        return np.bincount(
            self.owner[self.owner != NO_OBJECT].ravel(), minlength=num_objects
        )

    def _crop(
        self, picture: np.ndarray, left: int, top: int
    ) -> tuple[tuple[slice, slice], np.ndarray]:
        """Cut a placed picture at the border of the image.

        Args:
            picture: (h, w, C) picture.
            left: Column of the image for the first column of the picture.
            top: Row of the image for the first row of the picture.

        Returns:
            Rows and columns of the image, and the part of the picture for them.
        """
        height, width = self.image.shape[:2]
        first_row, first_col = max(top, 0), max(left, 0)
        last_row = max(min(top + picture.shape[0], height), first_row)
        last_col = max(min(left + picture.shape[1], width), first_col)
        where = slice(first_row, last_row), slice(first_col, last_col)
        return where, picture[
            first_row - top : last_row - top, first_col - left : last_col - left
        ]
