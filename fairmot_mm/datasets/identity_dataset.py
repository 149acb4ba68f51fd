"""What a data set with identities offers to the data sets around it."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from fairmot_mm.datasets.seeding import SeededIndex


@runtime_checkable
class IdentityDataset(Protocol):
    """A data set that counts its identities and can be numbered after another one."""

    def __len__(self) -> int:
        """Number of samples."""
        ...

    @property
    def num_ids_per_class(self) -> list[int]:
        """Number of identities of each class."""
        ...

    def number_from(self, first_ids: Sequence[int], first_image: int) -> None:
        """Set the numbers that identities and images begin with.

        Args:
            first_ids: First identity of each class.
            first_image: First ``img_id``.
        """
        ...


def class_starts(num_ids_per_class: Sequence[int]) -> list[int]:
    """First identity of each class where those of class 0 come first, and so on.

    Args:
        num_ids_per_class: Number of identities of each class.
    """
    return [sum(num_ids_per_class[:k]) for k in range(len(num_ids_per_class))]


def with_seed_of(index: int, place: int) -> int:
    """Index of a sample in an inner data set, with the seed of the outer index.

    Args:
        index: Index in the outer data set, perhaps a `SeededIndex`.
        place: Index in the inner data set.
    """
    return SeededIndex(place, index.seed) if isinstance(index, SeededIndex) else place
