"""Pictures in MLflow."""

import numpy as np
from mmengine.visualization import MLflowVisBackend

from fairmot_mm.registry import VISBACKENDS


@VISBACKENDS.register_module()
class ImageMLflowVisBackend(MLflowVisBackend):
    """mmengine's ``MLflowVisBackend``, with pictures.

    mmengine gives MLflow the name of a picture as that of a file; without an ending
    MLflow refuses it, and a later picture replaces the one before. Here a picture has
    its name and its step. Arguments are those of ``MLflowVisBackend``.
    """

    def add_image(
        self, name: str, image: np.ndarray, step: int = 0, **_: object
    ) -> None:
        """Log an (H, W, 3) uint8 RGB picture, see `MLflowVisBackend.add_image`."""
        self.experiment.log_image(image, key=name, step=step)
