"""Colours from hue, saturation and value."""

import colorsys

Colour = tuple[float, ...]  # BGR from 0 to 255


def bgr(hue: float, saturation: float, value: float) -> tuple[float, float, float]:
    """Convert a colour to the order and range that OpenCV draws with.

    Args:
        hue: Hue; 1 is a full circle, and larger or negative values wrap around.
        saturation: Saturation in [0, 1].
        value: Brightness in [0, 1].

    Returns:
        Blue, green and red, each from 0 to 255.
    """
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return blue * 255, green * 255, red * 255
