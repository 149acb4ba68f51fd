"""What one image list holds."""

from dataclasses import dataclass, field

import numpy as np

from fairmot_mm.datasets.label_lines import IGNORE_CLASS


@dataclass
class ListCount:
    """What one list file holds.

    Attributes:
        images: Number of images in it.
        boxes: Number of label lines of these images, without ignore regions.
        ids: Number of different identities of these boxes, for each class.
        ignored: Number of ignore regions.
    """

    images: int = 0
    boxes: int = 0
    ids: list[int] = field(default_factory=list)
    ignored: int = 0

    def add(self, images: int, labels: np.ndarray) -> None:
        """Count the label lines of further images.

        Args:
            images: Number of images.
            labels: (R,) class of each line.
        """
        counted = labels != IGNORE_CLASS
        self.images += images
        self.boxes += int(counted.sum())
        self.ignored += int((~counted).sum())

    def __str__(self) -> str:
        classes = ' + '.join(str(number) for number in self.ids)
        text = f'{self.images} images, {self.boxes} boxes, {classes} identities'
        if self.ignored:
            text += f', {self.ignored} ignore regions'
        return text
