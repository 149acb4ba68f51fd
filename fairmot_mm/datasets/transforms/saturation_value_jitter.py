"""Random changes of saturation and brightness."""

import random
from dataclasses import dataclass

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from fairmot_mm.registry import TRANSFORMS


@TRANSFORMS.register_module()
@dataclass(eq=False)
class SaturationValueJitter(BaseTransform):
    """Scale saturation and value of the image, each by its own random gain.

    Gains are drawn from ``[1 - fraction, 1 + fraction)``, first that of the saturation.
    The hue stays the same. Channels are the 8-bit ones of OpenCV's HSV conversion;
    products are rounded down to an integer, as published.

    Args:
        fraction: Largest relative change.
    """

    fraction: float = 0.5

    def transform(self, results: dict) -> dict:
        """Change the colours of the image.

        Args:
            results: The sample, with ``img`` (h, w, 3) uint8 BGR.

        Returns:
            The sample.
        """
        results['img'] = self.apply(results['img'], self.draw())
        return results

    def draw(self) -> tuple[float, float]:
        """Draw the gains of saturation and value.

        Returns:
            The two gains.
        """
        saturation = 1 + (2 * random.random() - 1) * self.fraction
        value = 1 + (2 * random.random() - 1) * self.fraction
        return saturation, value

    def apply(self, image: np.ndarray, gains: tuple[float, float]) -> np.ndarray:
        """Scale saturation and value of an image.

        Args:
            image: (h, w, 3) uint8 BGR.
            gains: Factors on saturation and value.

        Returns:
            (h, w, 3) uint8 BGR.
        """
        planes = list(cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2HSV)))
        levels = np.arange(256, dtype=np.float32)
        # One table for each plane takes half the time of one table for all.
        for channel, gain in enumerate(gains, 1):
            table = np.clip(levels * np.float32(gain), 0, 255).astype(np.uint8)
            planes[channel] = cv2.LUT(planes[channel], table)
        return cv2.cvtColor(cv2.merge(planes), cv2.COLOR_HSV2BGR)
