"""Colour augmentation."""

import random

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from fairmot_mm.registry import TRANSFORMS


@TRANSFORMS.register_module()
class SaturationValueJitter(BaseTransform):
    """Scale saturation and value of the image, each by its own random gain.

    A gain is drawn from ``[1 - fraction, 1 + fraction)``, saturation first. Hue stays.
    Channels are 8-bit as OpenCV's HSV conversion gives them; products are cut to an
    integer, as published.

    Args:
        fraction: Largest relative change.
    """

    def __init__(self, fraction: float = 0.5) -> None:
        self.fraction = fraction

    def transform(self, results: dict) -> dict:
        """Change the colours of ``results['img']``, uint8 BGR."""
        results['img'] = self.apply(results['img'], self.draw())
        return results

    def draw(self) -> tuple[float, float]:
        """Draw the gains of saturation and value."""
        saturation = 1 + (2 * random.random() - 1) * self.fraction
        value = 1 + (2 * random.random() - 1) * self.fraction
        return saturation, value

    def apply(self, image: np.ndarray, gains: tuple[float, float]) -> np.ndarray:
        """Scale saturation and value of a uint8 BGR image by ``gains``."""
        planes = list(cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2HSV)))
        levels = np.arange(256, dtype=np.float32)
        # A table for each plane takes half the time of one for all three.
        for channel, gain in enumerate(gains, 1):
            table = np.clip(levels * np.float32(gain), 0, 255).astype(np.uint8)
            planes[channel] = cv2.LUT(planes[channel], table)
        return cv2.cvtColor(cv2.merge(planes), cv2.COLOR_HSV2BGR)
