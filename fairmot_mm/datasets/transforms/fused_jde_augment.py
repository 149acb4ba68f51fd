"""The whole augmentation with one warp of the image."""

from collections.abc import Sequence

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmdet.datasets.transforms import RandomFlip

from fairmot_mm.datasets.transforms.jde_random_affine import JDERandomAffine
from fairmot_mm.datasets.transforms.letterbox import Letterbox, LetterboxFit
from fairmot_mm.datasets.transforms.load_image import LoadImage
from fairmot_mm.datasets.transforms.load_jde_labels import LoadJDELabels
from fairmot_mm.datasets.transforms.saturation_value_jitter import SaturationValueJitter
from fairmot_mm.registry import TRANSFORMS
from fairmot_mm.utils.errors import ConfigError
from fairmot_mm.utils.images import DECODE_FLAGS, decode_image, jpeg_size, read_bytes

ORDER = (
    LoadImage,
    LoadJDELabels,
    SaturationValueJitter,
    Letterbox,
    JDERandomAffine,
    RandomFlip,
)
REQUIRED = (LoadImage, LoadJDELabels, Letterbox)
# A JPEG is decoded at a fraction of its size, but not below 1 / MAX_ENLARGEMENT of the
# size in the letterbox. Up to 1 / MIN_ENLARGEMENT of that size it is warped without
# resizing it first: one bilinear warp is then as sharp as a resize by area and a warp.
# docs/explanation/performance_data.md has the measurement.
MAX_ENLARGEMENT = 1.15
MIN_ENLARGEMENT = 0.95
FLIPS = {'horizontal': (-1, 1), 'vertical': (1, -1), 'diagonal': (-1, -1)}


@TRANSFORMS.register_module()
class FusedJDEAugment(BaseTransform):
    """Load, jitter, letterbox, random affine and flip with one warp of the image.

    The random numbers, boxes and identities are those of the single steps. Pixels
    differ by less than a grey level on average, unless ``exact`` is set: a JPEG that is
    much larger than the letterbox is decoded at a fraction of its size, its colours are
    changed after that, and letterbox, affine and flip are one bilinear warp. Any other
    image is first resized as in the letterbox.

    Args:
        transforms: Configs of the steps: ``LoadImage``, ``LoadJDELabels``,
            ``SaturationValueJitter``, ``Letterbox``, ``JDERandomAffine``,
            ``RandomFlip``, in this order. Jitter, affine and flip may be left out.
        exact: Run the steps one by one instead: the published pixels, in nearly four
            times the time.

    Raises:
        ConfigError: The steps or their order differ, or `Letterbox` and
            `JDERandomAffine` have different grey levels of the border.
    """

    def __init__(self, transforms: Sequence[dict], exact: bool = False) -> None:
        self.exact = exact
        self.transforms = [TRANSFORMS.build(step) for step in transforms]
        steps = {type(step): step for step in self.transforms}
        expected = [kind for kind in ORDER if kind in steps or kind in REQUIRED]
        if [type(step) for step in self.transforms] != expected:
            names = [type(step).__name__ for step in self.transforms]
            raise ConfigError(
                f'FusedJDEAugment fuses {[kind.__name__ for kind in ORDER]} in this '
                f'order (jitter, affine and flip may be left out), not {names}; list '
                'other steps after it, or name all steps in the pipeline without it'
            )
        self.load_labels = steps[LoadJDELabels]
        self.jitter = steps.get(SaturationValueJitter)
        self.letterbox = steps[Letterbox]
        self.affine = steps.get(JDERandomAffine)
        self.flip = steps.get(RandomFlip)
        pad_val = self.letterbox.pad_val
        if self.affine is not None and self.affine.border_val != pad_val:
            raise ConfigError(
                f'Letterbox pads with grey {pad_val} and JDERandomAffine with '
                f'{self.affine.border_val}: FusedJDEAugment needs the same value'
            )

    def transform(self, results: dict) -> dict:
        """Load and augment the image and the labels.

        Args:
            results: The sample: ``img_path`` and ``jde_labels``.

        Returns:
            The sample with ``img`` (H, W, 3) uint8 BGR and its ground truth.
        """
        if self.exact:
            for step in self.transforms:
                results = step(results)
            return results
        image, (width, height) = self.decode(results['img_path'])
        results['img_shape'] = results['ori_shape'] = (height, width)
        fit = self.letterbox.fit(width, height)
        if self.jitter is not None:
            gains = self.jitter.draw()
        results, matrix = self.move_boxes(self.load_labels(results), fit)
        source, placement = self.resize(image, (width, height), fit)
        if self.jitter is not None:
            source = self.jitter.apply(source, gains)
        results['img'] = self.warp(source, matrix @ placement)
        return results

    def decode(self, path: str) -> tuple[np.ndarray, tuple[int, int]]:
        """Decode an image at the smallest size that the letterbox allows.

        Args:
            path: The image file.

        Returns:
            (h, w, 3) uint8 BGR; (width, height) of the image at full size, in pixels.
        """
        data = read_bytes(path)
        size, reduction = jpeg_size(data), 1
        if size is not None:
            # The file may be stored sideways, so the reduction suits both orientations.
            fits = [self.letterbox.fit(*size), self.letterbox.fit(*size[::-1])]
            reduction = choose_reduction(max(fit.ratio for fit in fits))
        image = decode_image(data, path, reduction)
        height, width = image.shape[:2]
        if size is None or reduction == 1:
            size = (width, height)
        elif (width > height) != (size[0] > size[1]):
            size = size[::-1]
        return image, size

    def move_boxes(self, results: dict, fit: LetterboxFit) -> tuple[dict, np.ndarray]:
        """Draw affine and flip, and move the ground truth through all steps.

        Args:
            results: The sample, with boxes in pixels of the original image.
            fit: The letterbox of the image.

        Returns:
            The sample; (3, 3) matrix from pixels of the letterbox to those of the
            output.
        """
        results = self.letterbox.move_boxes(results, fit)
        width, height = self.letterbox.scale
        matrix = np.eye(3)
        if self.affine is not None:
            matrix, angle = self.affine.draw_matrix(width, height)
            results = self.affine.move_boxes(results, matrix, angle, (width, height))
        if self.flip is not None:
            # RandomFlip needs an image to mirror; this one takes no memory.
            results['img'] = np.broadcast_to(np.uint8(0), (height, width))
            results = self.flip(results)
            if results['flip']:
                x, y = FLIPS[results['flip_direction']]
                mirror = np.diag([x, y, 1.0])
                mirror[:2, 2] = (width - 1) * (x < 0), (height - 1) * (y < 0)
                matrix = mirror @ matrix
        return results, matrix

    def resize(
        self, image: np.ndarray, size: tuple[int, int], fit: LetterboxFit
    ) -> tuple[np.ndarray, np.ndarray]:
        """Resize as the letterbox does, unless the warp alone gives the same quality.

        Args:
            image: (h, w, 3) uint8, the decoded image.
            size: (width, height) of the image at full size, in pixels.
            fit: The letterbox of the image.

        Returns:
            The image to warp; (3, 3) matrix from its pixels to those of the letterbox.
        """
        # A reduced size is rounded up, so the last pixel may reach beyond the image.
        reduction = round(size[0] / image.shape[1])
        reach = np.array(image.shape[1::-1]) * reduction * fit.scale_factor
        if reduction == 1 or fit.ratio * reduction < MIN_ENLARGEMENT:
            image = fit.resize(image)
        scale = reach / image.shape[1::-1]
        placement = np.diag([*scale, 1.0])
        top, _, left, _ = fit.pads
        # From pixel centres to pixel centres.
        placement[:2, 2] = scale / 2 - 0.5 + (left, top)
        return image, placement

    def warp(self, image: np.ndarray, matrix: np.ndarray) -> np.ndarray:
        """Render the output image.

        Args:
            image: (h, w, 3) uint8.
            matrix: (3, 3) affine matrix from pixels of ``image`` to output pixels.

        Returns:
            (H, W, 3) uint8 in the size of the letterbox.
        """
        return cv2.warpAffine(
            image,
            matrix[:2],
            self.letterbox.scale,
            flags=cv2.INTER_LINEAR,
            borderValue=(self.letterbox.pad_val,) * 3,
        )


def choose_reduction(ratio: float) -> int:
    """Choose the largest reduction at which an image is as sharp as its letterbox.

    Args:
        ratio: Letterbox pixels for each pixel of the image.

    Returns:
        1, 2, 4 or 8: the number of pixels of a side that become one.
    """
    fitting = [n for n in DECODE_FLAGS if ratio * n <= MAX_ENLARGEMENT]
    return max(fitting, default=1)
