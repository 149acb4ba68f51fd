"""Which classes of a source become labels, and their numbers."""

from collections.abc import Sequence

import numpy as np

from fairmot_mm.utils import DataError

PEDESTRIAN_ONLY = ('pedestrian,person',)


class ClassMap:
    """Map class names of a source to class ids of the labels.

    Names are compared without regard to case. Boxes of a class that is not named are
    left out.

    Args:
        classes: One entry for each class, in the order of the class ids. Names of the
            source that become the same class are separated by commas:
            ``('person,rider', 'car')`` makes persons and riders class 0 and cars
            class 1.
        ignore_classes: Names of the source whose boxes become ignore regions.

    Raises:
        DataError: A name is empty or occurs twice.
    """

    def __init__(
        self,
        classes: Sequence[str] = PEDESTRIAN_ONLY,
        ignore_classes: Sequence[str] = (),
    ) -> None:
        self._ids: dict[str, int] = {}
        self.names: list[str] = []
        self._ignored: set[str] = set()
        entries = [*enumerate(classes), *((-1, name) for name in ignore_classes)]
        for number, entry in entries:
            aliases = [_plain(name) for name in entry.split(',')]
            if number >= 0:
                self.names.append(aliases[0])
            for name in aliases:
                if not name or name in self._ids:
                    raise DataError(
                        f'classes {[*classes, *ignore_classes]}: {name!r} '
                        + ('occurs twice' if name else 'is not a name')
                    )
                self._ids[name] = number
                if number < 0:
                    self._ignored.add(name)
        if not self.names:
            raise DataError('name at least one class')

    def __len__(self) -> int:
        return len(self.names)

    def ids_of(self, names: np.ndarray) -> np.ndarray:
        """Look up class ids.

        Args:
            names: (R,) class names of the source.

        Returns:
            (R,) int64 class ids, -1 where the class is left out or ignored.
        """
        unique, inverse = np.unique(names, return_inverse=True)
        ids = [self._ids.get(_plain(str(name)), -1) for name in unique]
        return np.array(ids, np.int64)[inverse]

    def are_ignored(self, names: np.ndarray) -> np.ndarray:
        """Find the boxes that become ignore regions.

        Args:
            names: (R,) class names of the source.

        Returns:
            (R,) bool.
        """
        return np.array([_plain(str(name)) in self._ignored for name in names], bool)


def _plain(name: str) -> str:
    return name.strip().lower()
