"""Colours, line widths and labels that all drawings share."""

import cv2
import numpy as np

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_GOLDEN_RATIO = 0.6180339887


def _make_palette(size: int) -> np.ndarray:
    """Make (size, 3) uint8 BGR colours; colours next to each other differ clearly.

    From colour to colour, the hue turns by the golden ratio of a circle: this spreads
    any number of hues evenly. Three levels of saturation and brightness make similar
    hues different.
    """
    index = np.arange(size)
    hues = index * _GOLDEN_RATIO % 1 * 180
    saturations = np.array([255, 150, 255])[index % 3]
    values = np.array([255, 255, 180])[index % 3]
    hsv = np.stack([hues, saturations, values], axis=1).astype(np.uint8)
    return cv2.cvtColor(hsv[None], cv2.COLOR_HSV2BGR)[0]


_PALETTE = _make_palette(90)


def identity_colors(ids: np.ndarray) -> np.ndarray:
    """Choose a colour for every identity, the same in every frame and every run.

    Args:
        ids: (M,) identities.

    Returns:
        (M, 3) uint8 BGR colours.
    """
    return _PALETTE[np.asarray(ids, dtype=np.int64) % len(_PALETTE)]


def class_colors(labels: np.ndarray) -> np.ndarray:
    """Choose a colour for every class, the same in every frame and every run.

    Args:
        labels: (M,) classes, from 0.

    Returns:
        (M, 3) uint8 BGR colours.
    """
    return identity_colors(labels)


def whole_pixels(boxes: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Round boxes to pixels, and limit them so that OpenCV's integers do not overflow.

    Args:
        boxes: (M, 4) xyxy in pixels of ``image``.
        image: (H, W, 3) image to draw on.

    Returns:
        (M, 4) int32 xyxy.
    """
    height, width = image.shape[:2]
    limit = 2 * max(height, width)
    return np.clip(boxes.reshape(-1, 4).round(), -limit, limit).astype(np.int32)


def line_width(image: np.ndarray) -> int:
    """Choose the width of lines in pixels: 1 up to 640x480, 3 for 1080p, 6 for 4K.

    Args:
        image: (H, W, 3) image to draw on.

    Returns:
        Pixels, 1 or more.
    """
    return max(1, round(np.sqrt(image.shape[0] * image.shape[1]) / 500))


def draw_label(
    canvas: np.ndarray,
    text: str,
    corner: tuple[int, int],
    color: tuple[int, int, int],
    below: bool = False,
) -> None:
    """Write a line of text on a filled rectangle, the plate, inside the frame.

    Args:
        canvas: (H, W, 3) uint8 BGR, changed in place.
        text: One line of ASCII.
        corner: (x, y) pixel of the plate's lower left corner, or of its upper left
            corner with ``below``. A plate that would leave the frame is moved inside.
        color: BGR of the plate. The letters are black on light and white on dark
            colours.
        below: Whether the plate is below ``corner`` instead of above.
    """
    height, width = canvas.shape[:2]
    letters = max(9, round(np.sqrt(height * width) / 80))  # height in pixels
    thickness = max(1, letters // 9)
    scale = cv2.getFontScaleFromHeight(_FONT, letters, thickness)
    (text_width, text_height), baseline = cv2.getTextSize(text, _FONT, scale, thickness)
    pad = 1 + letters // 5
    plate_width, plate_height = text_width + 2 * pad, text_height + baseline + pad
    x, y = corner if below else (corner[0], corner[1] - plate_height)
    x = int(np.clip(x, 0, max(width - plate_width, 0)))
    y = int(np.clip(y, 0, max(height - plate_height, 0)))
    cv2.rectangle(
        canvas, (x, y), (x + plate_width, y + plate_height), color, cv2.FILLED
    )
    luminance = np.dot(color, (0.114, 0.587, 0.299))
    letter_color = (0, 0, 0) if luminance > 120 else (255, 255, 255)
    origin = (x + pad, y + pad // 2 + text_height)
    cv2.putText(
        canvas, text, origin, _FONT, scale, letter_color, thickness, cv2.LINE_AA
    )


def draw_heatmap(image: np.ndarray, heatmap: np.ndarray) -> np.ndarray:
    """Draw a heatmap over the darkened image, each class in one colour.

    Args:
        image: (H, W, 3) uint8 BGR; not changed.
        heatmap: (K, h, w) values in [0, 1] of K classes; it covers the whole image.

    Returns:
        (H, W, 3) uint8 BGR copy with the heatmap on it.
    """
    height, width = image.shape[:2]
    canvas = image.astype(np.float32) / 2
    colors = identity_colors(np.arange(len(heatmap)))
    for heat, color in zip(heatmap.astype(np.float32), colors, strict=True):
        heat = cv2.resize(heat, (width, height), interpolation=cv2.INTER_NEAREST)
        canvas += heat[..., None] * (color - canvas)
    return canvas.astype(np.uint8)


def draw_hatched(canvas: np.ndarray, boxes: np.ndarray) -> None:
    """Make areas grey with slanted lines, as maps show areas that do not count.

    Args:
        canvas: (H, W, 3) uint8 BGR, changed in place.
        boxes: (M, 4) int32 xyxy.
    """
    width = line_width(canvas)
    for x1, y1, x2, y2 in boxes.clip(0).tolist():
        area = canvas[y1:y2, x1:x2]
        area[:] = area // 2 + 64
        rows, columns = np.ogrid[: area.shape[0], : area.shape[1]]
        area[(rows + columns) % (8 * width) < width] = 200
