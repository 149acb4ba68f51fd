"""Reading the frame of a sample without decoding more than is needed."""

from mmcv.transforms import BaseTransform

from fairmot_mm.registry import TRANSFORMS
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.jpeg_picture import open_picture


@TRANSFORMS.register_module()
class LoadFrame(BaseTransform):
    """Set ``frame``, a `Frame` whose pixels are made by the transform that uses them.

    Where frames come from a source (`TrackInferencer`), ``frame`` is the frame of the
    source, and this transform is left out.

    Raises:
        ImageError: See `read_image`. A JPEG is decoded where its pixels are used, so
            damage may be reported there.
    """

    def transform(self, results: dict) -> dict:
        """Read the image.

        Args:
            results: The sample, with ``img_path``.

        Returns:
            The sample with ``frame``, ``img_shape`` and ``ori_shape`` (h, w).
        """
        path = results['img_path']
        frame = results['frame'] = Frame(open_picture(path), path)
        results['img_shape'] = results['ori_shape'] = frame.shape
        return results
