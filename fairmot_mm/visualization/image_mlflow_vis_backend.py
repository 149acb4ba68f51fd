"""The back-end that stores pictures in MLflow."""

import numpy as np
from mmengine.visualization import MLflowVisBackend

from fairmot_mm.registry import VISBACKENDS


@VISBACKENDS.register_module()
class ImageMLflowVisBackend(MLflowVisBackend):
    """mmengine's ``MLflowVisBackend`` with working pictures.

    mmengine passes the name of a picture to MLflow as a file name. MLflow refuses a
    name without a file extension, and a later picture replaces an earlier one. This
    class stores each picture under its name and its step. The arguments are those of
    ``MLflowVisBackend``.
    """

    def add_image(
        self, name: str, image: np.ndarray, step: int = 0, **_: object
    ) -> None:
        """Store a picture, see ``MLflowVisBackend.add_image``.

        Args:
            name: Name of the picture.
            image: (H, W, 3) uint8 RGB.
            step: Training step.
        """
        self.experiment.log_image(image, key=name, step=step)
