"""What a report shows of one sequence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from fairmot_mm.evaluation import BoxOutcomes, Switch
from fairmot_mm.report.frame_stores import FrameStore
from fairmot_mm.report.worst_moments import Explanation
from fairmot_mm.utils import MOTRows


@dataclass(frozen=True)
class ReportedSequence:
    """A sequence, or the objects of one class in it.

    Attributes:
        title: Name of the sequence, with the class where there are several.
        frames: (F,) int64 numbers of the frames, ascending.
        frame_rate: Frames a second; None where it is not known.
        results: By the name of a run, its tracks.
        outcomes: By the name of a run, what became of each box; empty without ground
            truth.
        store: Where the frames come from; None without images.
        explanations: Why identities of the first run switched, where it is known.
    """

    title: str
    frames: np.ndarray
    frame_rate: float | None
    results: Mapping[str, MOTRows]
    outcomes: Mapping[str, BoxOutcomes] = field(default_factory=dict)
    store: FrameStore | None = None
    explanations: Mapping[Switch, Explanation] = field(default_factory=dict)

    def count_people(self, rows: MOTRows) -> np.ndarray:
        """Count the boxes of each frame.

        Args:
            rows: Boxes of the sequence.

        Returns:
            (F,) int64.
        """
        places = np.searchsorted(self.frames, rows.frames)
        return np.bincount(places, minlength=len(self.frames))
