"""Colours that are chosen by hue."""

import colorsys


def bgr(hue: float, saturation: float, value: float) -> tuple[float, float, float]:
    """Colour in the order and range that OpenCV draws with."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return blue * 255, green * 255, red * 255
