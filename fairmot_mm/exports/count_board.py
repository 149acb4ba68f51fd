"""What was counted at lines and zones up to a frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fairmot_mm.utils.points import Points


class Count(NamedTuple):
    """What one line or zone has counted of one class.

    Attributes:
        line: Name of the line or zone.
        label: Number of the class, from 0.
        entered: Number of times that a track crossed it inwards.
        left: Number of times that a track crossed it outwards.
        inside: Number of tracks that are in the zone now; None for a line.
    """

    line: str
    label: int
    entered: int
    left: int
    inside: int | None


@dataclass(frozen=True)
class CountBoard:
    """All counts of a video up to a frame; it does not change with later frames.

    Attributes:
        shapes: Points in pixels by the name of the line (two points) or zone.
        counts: The counts, by line or zone and class.
        classes: Name of the class of each of the counts.
    """

    shapes: Mapping[str, Points]
    counts: tuple[Count, ...]
    classes: tuple[str, ...]

    @property
    def texts(self) -> dict[str, Sequence[str]]:
        """A text for each class at each line and zone, by the names of these."""
        texts: dict[str, list[str]] = {}
        for count, name in zip(self.counts, self.classes, strict=True):
            text = f'{count.line} {name}: {count.entered} in, {count.left} out'
            if count.inside is not None:
                text += f', {count.inside} inside'
            texts.setdefault(count.line, []).append(text)
        return {**texts}
