"""What a check of a data set found."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from fairmot_mm.datasets.check.problem import ERRORS, KINDS, Problem
from fairmot_mm.datasets.converters.list_count import ListCount
from fairmot_mm.utils.counted import counted


@dataclass
class CheckReport:
    """What a check found.

    Attributes:
        lists: Number of images, boxes and identities of each list, without the boxes
            that have an error.
        problems: What is wrong, in the order of lists and lines.
        trained_classes: Numbers of the classes with a box in the lists to train on.
    """

    lists: dict[Path, ListCount] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    trained_classes: set[int] = field(default_factory=set)

    @property
    def num_errors(self) -> int:
        """Number of problems that are errors; the others are warnings."""
        return sum(problem.is_error for problem in self.problems)

    def summary(self, most: int = 5) -> str:
        """Describe lists and problems in lines of text.

        Args:
            most: Largest number of problems of a kind that are described one by one.
        """
        lines = [f'{path}: {count}' for path, count in self.lists.items()]
        counts = Counter(problem.kind for problem in self.problems)
        for kind in sorted(counts, key=list(KINDS).index):
            severity = 'error' if kind in ERRORS else 'warning'
            lines.append(f'{severity} {kind}: {counts[kind]} {KINDS[kind]}')
            own = (problem for problem in self.problems if problem.kind == kind)
            lines += [f'  {problem}' for problem in islice(own, most)]
            if counts[kind] > most:
                lines.append(f'  and {counts[kind] - most} more')
        warnings = len(self.problems) - self.num_errors
        lines.append(
            f'{counted(self.num_errors, "error")}, {counted(warnings, "warning")}'
        )
        return '\n'.join(lines)
