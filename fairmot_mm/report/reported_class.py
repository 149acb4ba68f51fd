"""What a report shows of the objects of one class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fairmot_mm.evaluation import BoxOutcomes, SequenceTracks
from fairmot_mm.report.score_sections import ScoredClass


@dataclass(frozen=True)
class ReportedClass:
    """The tracks of one class, in all sequences.

    Attributes:
        title: Name of the class; empty where all are pedestrians.
        runs: By the name of a run, its tracks of this class in each sequence.
        outcomes: By the name of a run, what became of the boxes of each sequence; empty
            without ground truth.
        scores: The scores; None without ground truth.
    """

    title: str
    runs: Mapping[str, Sequence[SequenceTracks]]
    outcomes: Mapping[str, Sequence[BoxOutcomes]] = field(default_factory=dict)
    scores: ScoredClass | None = None

    def is_shown(self, place: int) -> bool:
        """Whether a sequence has anything to show.

        Args:
            place: Which of the sequences, from 0.
        """
        if not self.title:
            return True
        of_runs = [sequences[place] for sequences in self.runs.values()]
        return any(len(each.gt) or len(each.results) for each in of_runs)
