"""Reading of images and JDE labels."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmdet.structures.bbox import HorizontalBoxes

from fairmot_mm.registry import TRANSFORMS
from fairmot_mm.utils.errors import ImageError

DECODE_FLAGS = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


def read_image(path: str) -> np.ndarray:
    """Read an image as OpenCV does, EXIF orientation obeyed.

    Returns:
        (h, w, 3) uint8 BGR.

    Raises:
        ImageError: The file is missing, cut off, or not an image.
    """
    return decode_image(read_bytes(path), path)


def read_bytes(path: str) -> np.ndarray:
    """Content of a file, (n,) uint8.

    Raises:
        ImageError: It cannot be read.
    """
    try:
        return np.fromfile(path, np.uint8)
    except OSError as error:
        raise ImageError(f'cannot read image {path}: {error.strerror}') from error


def decode_image(data: np.ndarray, path: str, reduction: int = 1) -> np.ndarray:
    """Decode an image file, a JPEG also at a fraction of its size.

    Args:
        data: (n,) uint8 content of the file.
        path: Its name, for the message.
        reduction: 1, 2, 4 or 8: pixels of a side that become one.

    Returns:
        (ceil(h / reduction), ceil(w / reduction), 3) uint8 BGR.

    Raises:
        ImageError: It is cut off, or not an image.
    """
    image = cv2.imdecode(data, DECODE_FLAGS[reduction]) if data.size else None
    if image is None:
        raise ImageError(
            f'{path} cannot be decoded: it is damaged, cut off, or not an image'
        )
    return image


@TRANSFORMS.register_module()
class LoadImage(BaseTransform):
    """Read ``img_path`` into ``img``, (h, w, 3) uint8 BGR, and note its shape.

    Raises:
        ImageError: See `read_image`.
    """

    def transform(self, results: dict) -> dict:
        """Read the image of ``results``."""
        results['img'] = read_image(results['img_path'])
        results['img_shape'] = results['ori_shape'] = results['img'].shape[:2]
        return results


@TRANSFORMS.register_module()
class LoadJDELabels(BaseTransform):
    """Turn the rows of a JDE label file into boxes of the loaded image.

    Needs ``jde_labels`` (N, 6) float32 rows ``class id cx cy w h``, normalised by the
    image. Adds ``gt_bboxes`` (N, 4) xyxy in pixels, which may leave the image,
    ``gt_bboxes_labels`` (N,) int64 and ``gt_instances_ids`` (N,) int64, -1 = none.
    """

    def transform(self, results: dict) -> dict:
        """Add the ground truth of ``results``."""
        rows = results['jde_labels']
        height, width = results['img_shape']
        scale = np.array([width, height, width, height], np.float32)
        half = rows[:, 4:6] / 2
        corners = np.concatenate([rows[:, 2:4] - half, rows[:, 2:4] + half], axis=1)
        results['gt_bboxes'] = HorizontalBoxes(corners * scale)
        results['gt_bboxes_labels'] = rows[:, 0].astype(np.int64)
        results['gt_instances_ids'] = rows[:, 1].astype(np.int64)
        return results
