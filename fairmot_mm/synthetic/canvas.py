"""Painting one frame of a synthetic video, and measuring who can be seen in it."""

from dataclasses import dataclass

import cv2
import numpy as np

from fairmot_mm.synthetic.sprite import Sprite

NOBODY = -1
_SHADOW = 0.45  # opacity
_LEAN, _FLAT = 0.55, 0.20  # of a metre, where the shadow of a point one metre up falls


@dataclass(frozen=True)
class Standing:
    """A sprite somewhere on the street.

    Attributes:
        sprite: Its picture.
        foot: (2,) x, y of its ground point in pixels of the image.
        scale: Its pixels a metre.
        owner: Index of the person, `NOBODY` for a thing.
    """

    sprite: Sprite
    foot: np.ndarray
    scale: float
    owner: int

    @property
    def box(self) -> np.ndarray:
        """(4,) amodal x1, y1, x2, y2 in pixels of the image."""
        return np.tile(self.foot, 2) + self.sprite.bounds * self.scale


class Canvas:
    """The image being painted, and who is seen at each of its pixels.

    Args:
        image: (H, W, 3) uint8 BGR of the empty street. Painted in place.
    """

    def __init__(self, image: np.ndarray) -> None:
        self.image = image
        self.owner = np.full(image.shape[:2], NOBODY, np.int32)

    def paint(self, item: Standing) -> int:
        """Paint a sprite over what is there.

        Returns:
            Number of pixels of the sprite, those outside the image included.
        """
        picture, left, top = item.sprite.placed(item.foot, item.scale)
        where, visible = self._crop(picture, left, top)
        keep = 255 - visible[..., 3:].astype(np.uint16)
        under = self.image[where] * keep // 255 + visible[..., :3]
        self.image[where] = np.minimum(under, 255)
        self.owner[where][visible[..., 3] >= 128] = item.owner
        return int(np.count_nonzero(picture[..., 3] >= 128))

    def cast_shadow(self, item: Standing) -> None:
        """Lay the outline of a sprite on the ground, to the lower right of its foot."""
        outline = item.sprite.levels[2][..., 3]  # coarse, hence soft when enlarged
        shape = np.array(item.sprite.bgra.shape[:2])
        unit = item.scale / item.sprite.pixels_per_metre
        rows, cols = np.ceil(shape * unit).astype(int)
        size = (cols + int(_LEAN * rows) + 1, int(_FLAT * rows) + 4)
        corner = np.floor(item.foot - [cols / 2, 2]).astype(int)
        step_y, step_x = shape / outline.shape * unit
        linear = np.array([[step_x, -_LEAN * step_y], [0, -_FLAT * step_y]])
        foot = item.sprite.foot / (shape / outline.shape)[::-1]
        shift = item.foot - corner - linear @ foot
        shadow = cv2.warpAffine(outline, np.column_stack([linear, shift]), size)
        where, shadow = self._crop(shadow, *corner)
        dim = 255 - (_SHADOW * shadow[..., None]).astype(np.uint16)
        self.image[where] = self.image[where] * dim // 255

    def count_seen(self, num_people: int) -> np.ndarray:
        """(num_people,) pixels of each person that nothing has been painted over."""
        return np.bincount(
            self.owner[self.owner != NOBODY].ravel(), minlength=num_people
        )

    def _crop(
        self, picture: np.ndarray, left: int, top: int
    ) -> tuple[tuple[slice, slice], np.ndarray]:
        """Where a placed picture falls on the image, and the part of it that does."""
        height, width = self.image.shape[:2]
        first_row, first_col = max(top, 0), max(left, 0)
        last_row = max(min(top + picture.shape[0], height), first_row)
        last_col = max(min(left + picture.shape[1], width), first_col)
        where = slice(first_row, last_row), slice(first_col, last_col)
        return where, picture[
            first_row - top : last_row - top, first_col - left : last_col - left
        ]
