"""Finding classes that are named, but have no box."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from fairmot_mm.datasets.check.problem import Problem
from fairmot_mm.utils.class_files import CLASS_FILE
from fairmot_mm.utils.mot_io import MOTRows


def check_classes(
    with_boxes: Iterable[int], classes: Sequence[str], where: str, first: int = 0
) -> Iterator[Problem]:
    """Find the classes that have no box.

    Args:
        with_boxes: Numbers of the classes that have one.
        classes: Names of all classes, or their numbers as text.
        where: What was searched, for the message.
        first: Number of the first class.

    Yields:
        A problem for each class.
    """
    found = {*with_boxes}
    for number, name in enumerate(classes, first):
        if number not in found:
            shown = name if name == str(number) else f'{number} ({name})'
            what = f'class {shown} has no box'
            yield Problem('class-without-boxes', where, what)


def check_ground_truth_classes(
    root: Path, truths: Mapping[tuple[str, ...], Sequence[MOTRows]]
) -> Iterator[Problem]:
    """Find the classes of ``labels.txt`` that no sequence has.

    Args:
        root: Folder of the sequences.
        truths: The ground truths of the sequences, by the names that they give to their
            classes. Boxes that do not count are none.

    Yields:
        A problem for each class.
    """
    for classes, rows in truths.items():
        counted = {int(k) for one in rows for k in one.classes[one.marks != 0]}
        yield from check_classes(counted, classes, f'{root}/*/gt/{CLASS_FILE}', first=1)
