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
        gains = [1 + (2 * random.random() - 1) * self.fraction for _ in range(2)]
        hsv = cv2.cvtColor(results['img'], cv2.COLOR_BGR2HSV)
        levels = np.arange(256, dtype=np.float32)
        table = np.empty((1, 256, 3), np.uint8)
        table[..., 0] = levels
        for channel, gain in enumerate(gains, 1):
            table[..., channel] = np.clip(levels * np.float32(gain), 0, 255)
        results['img'] = cv2.cvtColor(cv2.LUT(hsv, table), cv2.COLOR_HSV2BGR)
        return results
