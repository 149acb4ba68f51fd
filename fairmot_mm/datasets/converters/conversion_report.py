"""What a conversion wrote and left out."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from fairmot_mm.datasets.converters.list_count import ListCount


@dataclass
class ConversionReport:
    """What a conversion wrote and left out.

    Attributes:
        lists: The image lists that were written, and what each holds.
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
