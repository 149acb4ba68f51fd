"""Fitting an image of any shape into the network's input."""

import cv2
from mmcv.transforms import BaseTransform

from fairmot_mm.registry import TRANSFORMS


@TRANSFORMS.register_module()
class Letterbox(BaseTransform):
    """Resize with the aspect kept and pad on both sides, as published.

    Ground truth is scaled and shifted without the rounding that the image undergoes (up
    to half a pixel), as published; `DecodeSettings.rescale` says how predictions go
    back. Sets ``img``, ``img_shape``, ``scale_factor`` (w, h) and ``pad_param`` (top,
    bottom, left, right) of the image as it is, and moves ``gt_bboxes``.

    Args:
        scale: (width, height) of the result in pixels.
        pad_val: Grey level of the padding.
    """

    def __init__(
        self, scale: tuple[int, int] = (1088, 608), pad_val: float = 127.5
    ) -> None:
        self.scale = tuple(scale)
        self.pad_val = pad_val

    def transform(self, results: dict) -> dict:
        """Fit the image of ``results`` and its boxes."""
        image = results['img']
        height, width = image.shape[:2]
        ratio = min(self.scale[0] / width, self.scale[1] / height)
        new_width, new_height = round(width * ratio), round(height * ratio)
        dx, dy = (self.scale[0] - new_width) / 2, (self.scale[1] - new_height) / 2
        # The odd pixel goes right and down.
        top, bottom = round(dy - 0.1), round(dy + 0.1)
        left, right = round(dx - 0.1), round(dx + 0.1)
        if (new_width, new_height) != (width, height):
            image = cv2.resize(
                image, (new_width, new_height), interpolation=cv2.INTER_AREA
            )
        results['img'] = cv2.copyMakeBorder(
            image,
            top,
            bottom,
            left,
            right,
            cv2.BORDER_CONSTANT,
            value=(self.pad_val,) * 3,
        )
        results['img_shape'] = results['img'].shape[:2]
        results['scale_factor'] = (new_width / width, new_height / height)
        results['pad_param'] = (top, bottom, left, right)
        if 'gt_bboxes' in results:
            results['gt_bboxes'].rescale_((ratio, ratio))
            results['gt_bboxes'].translate_((dx, dy))
        return results
