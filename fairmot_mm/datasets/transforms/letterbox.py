"""Fitting an image of any size into the network's input."""

from dataclasses import dataclass

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from fairmot_mm.registry import TRANSFORMS
from fairmot_mm.utils.contracts import require_whole


@TRANSFORMS.register_module()
@dataclass(eq=False)
class Letterbox(BaseTransform):
    """Resize without changing the aspect ratio and pad both sides, as published.

    As published, ground truth is scaled and shifted by exact values, while the image is
    rounded to whole pixels, which differs by up to half a pixel;
    `DecodeSettings.rescale` decides how predictions are mapped back. Sets ``img``,
    ``img_shape``, ``scale_factor`` (w, h) and ``pad_param`` (top, bottom, left, right)
    of the rounded image, and moves ``gt_bboxes``.

    Args:
        scale: (width, height) of the result in pixels.
        pad_val: Grey level of the padding, 0 to 255.

    Raises:
        ConfigError: A side of ``scale`` is no whole number, or below 1.
    """

    scale: tuple[int, int] = (1088, 608)
    pad_val: float = 127.5

    def __post_init__(self) -> None:
        width, height = self.scale
        require_whole(**{'Letterbox.scale': width}, low=1)
        require_whole(**{'Letterbox.scale': height}, low=1)
        self.scale = width, height  # a config may give a list

    def transform(self, results: dict) -> dict:
        """Fit the image and its boxes.

        Args:
            results: The sample, with ``img`` (h, w, 3) uint8 and perhaps ``gt_bboxes``.

        Returns:
            The sample with the image in the new size.
        """
        image = results['img']
        height, width = image.shape[:2]
        fit = self.fit(width, height)
        results['img'] = cv2.copyMakeBorder(
            fit.resize(image),
            *fit.pads,
            cv2.BORDER_CONSTANT,
            value=(self.pad_val,) * 3,
        )
        return self.move_boxes(results, fit)

    def fit(self, width: int, height: int) -> 'LetterboxFit':
        """Compute how an image is resized and padded.

        Args:
            width: Width of the image in pixels.
            height: Height of the image in pixels.

        Returns:
            Where the image lies in the letterbox.
        """
        ratio = min(self.scale[0] / width, self.scale[1] / height)
        # A very narrow image keeps a pixel.
        new_width, new_height = (
            max(1, round(width * ratio)),
            max(1, round(height * ratio)),
        )
        dx, dy = (self.scale[0] - new_width) / 2, (self.scale[1] - new_height) / 2
        # The odd pixel goes right and down.
        top, bottom = round(dy - 0.1), round(dy + 0.1)
        left, right = round(dx - 0.1), round(dx + 0.1)
        return LetterboxFit(
            ratio=ratio,
            new_size=(new_width, new_height),
            scale_factor=(new_width / width, new_height / height),
            shift=(dx, dy),
            pads=(top, bottom, left, right),
        )

    def move_boxes(self, results: dict, fit: 'LetterboxFit') -> dict:
        """Set the metainfo and move the boxes; the image does not change.

        Args:
            results: The sample, with boxes in pixels of the original image.
            fit: The letterbox of the image.

        Returns:
            The sample, with boxes in pixels of the letterbox.
        """
        results['img_shape'] = self.scale[::-1]
        results['scale_factor'] = fit.scale_factor
        results['pad_param'] = fit.pads
        if 'gt_bboxes' in results:
            results['gt_bboxes'].rescale_((fit.ratio, fit.ratio))
            results['gt_bboxes'].translate_(fit.shift)
        return results


@dataclass(frozen=True)
class LetterboxFit:
    """Where an image lies in its letterbox.

    Attributes:
        ratio: Letterbox pixels for each pixel of the image, not rounded.
        new_size: (width, height) of the resized image in pixels.
        scale_factor: Resized width and height divided by those of the image.
        shift: (x, y) shift of the boxes in letterbox pixels, not rounded.
        pads: (top, bottom, left, right) padding of the resized image in pixels.
    """

    ratio: float
    new_size: tuple[int, int]
    scale_factor: tuple[float, float]
    shift: tuple[float, float]
    pads: tuple[int, int, int, int]

    def resize(self, image: np.ndarray) -> np.ndarray:
        """Resize by pixel area (``cv2.INTER_AREA``), as published.

        Args:
            image: (h, w, 3) uint8.

        Returns:
            The image in ``new_size``.
        """
        if image.shape[1::-1] == self.new_size:
            return image
        return cv2.resize(image, self.new_size, interpolation=cv2.INTER_AREA)
