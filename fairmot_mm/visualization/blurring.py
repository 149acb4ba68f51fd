"""Making people unrecognizable."""

import cv2
import numpy as np

from fairmot_mm.visualization.drawing import whole_pixels

BLURS = ('people', 'faces')
# Upper part of a box that has the head of a person who stands or sits.
_HEAD = 0.25
# Pixels that are left along the longer side of a blurred area: too few for a face.
_CELLS = 6


def blur_boxes(image: np.ndarray, boxes: np.ndarray, part: str) -> np.ndarray:
    """Replace people, or their faces, by a few large pixels.

    Nobody can undo this: of an area, at most 6 x 6 mean colours are left.

    Args:
        image: (H, W, 3) uint8 BGR; not changed.
        boxes: (M, 4) xyxy in pixels of ``image``.
        part: ``people``, the whole boxes; or ``faces``, the upper quarter of each box
            and a bit above it.

    Returns:
        (H, W, 3) uint8 BGR.
    """
    areas = np.array(boxes, dtype=float).reshape(-1, 4)
    if part == 'faces':
        heads = (areas[:, 3] - areas[:, 1]) * _HEAD
        areas[:, 3] = areas[:, 1] + heads
        areas[:, 1] -= heads / 4
    canvas = image.copy()
    height, width = image.shape[:2]
    # Outwards to whole pixels, so that no edge of a person is left.
    areas[:, :2], areas[:, 2:] = np.floor(areas[:, :2]), np.ceil(areas[:, 2:])
    areas = whole_pixels(areas, image).clip(0, [width, height] * 2)
    for x1, y1, x2, y2 in areas.tolist():
        if x1 < x2 and y1 < y2:
            size = (x2 - x1, y2 - y1)
            share = min(1.0, _CELLS / max(size))
            cells = tuple(max(1, round(side * share)) for side in size)
            small = cv2.resize(image[y1:y2, x1:x2], cells, interpolation=cv2.INTER_AREA)
            canvas[y1:y2, x1:x2] = cv2.resize(
                small, size, interpolation=cv2.INTER_LINEAR
            )
    return canvas
