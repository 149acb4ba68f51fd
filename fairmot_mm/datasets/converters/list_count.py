"""What one image list holds."""

from dataclasses import dataclass, field


@dataclass
class ListCount:
    """What one list file holds.

    Attributes:
        images: Number of images in it.
        boxes: Number of label lines of these images.
        ids: Number of different identities of these boxes, for each class.
    """

    images: int = 0
    boxes: int = 0
    ids: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        classes = ' + '.join(str(number) for number in self.ids)
        return f'{self.images} images, {self.boxes} boxes, {classes} identities'
