"""What a conversion did."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class ListCount:
    """What one list file holds.

    Attributes:
        images: Images in it.
        boxes: Label lines of these images.
        ids: Different identities of these boxes, a number for each class.
    """

    images: int = 0
    boxes: int = 0
    ids: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        classes = ' + '.join(str(number) for number in self.ids)
        return f'{self.images} images, {self.boxes} boxes, {classes} identities'


@dataclass
class ConversionReport:
    """What a conversion did.

    Attributes:
        lists: The list files that were written and what they hold.
        rejected: Number of annotations of the source left out, by reason.
        rejected_images: Number of images or label files left out, by reason.
        notes: Further lines for the user.
    """

    lists: dict[Path, ListCount] = field(default_factory=dict)
    rejected: Counter[str] = field(default_factory=Counter)
    rejected_images: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f'{path}: {count}' for path, count in self.lists.items()]
        for what, reasons in (
            ('boxes', self.rejected),
            ('files', self.rejected_images),
        ):
            lines += [
                f'  left out: {number} {what}, {why}'
                for why, number in sorted(reasons.items())
                if number
            ]
        return '\n'.join(lines + self.notes)
