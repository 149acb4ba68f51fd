"""Reading the image of a sample."""

from mmcv.transforms import BaseTransform

from fairmot_mm.registry import TRANSFORMS
from fairmot_mm.utils.images import read_image


@TRANSFORMS.register_module()
class LoadImage(BaseTransform):
    """Read ``img_path`` into ``img``, (h, w, 3) uint8 BGR, and set its shape.

    Raises:
        ImageError: See `read_image`.
    """

    def transform(self, results: dict) -> dict:
        """Read the image.

        Args:
            results: The sample, with ``img_path``.

        Returns:
            The sample with ``img``, ``img_shape`` and ``ori_shape`` (h, w).
        """
        results['img'] = read_image(results['img_path'])
        results['img_shape'] = results['ori_shape'] = results['img'].shape[:2]
        return results
