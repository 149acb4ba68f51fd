"""Data sets around one data set with identities."""

from collections.abc import Sequence
from typing import Any


class IdentityWrapper:
    """Passes the identities of the wrapped data set on, a mixin.

    Attributes:
        dataset: The wrapped data set, an `IdentityDataset`. Some samplers and wrappers
            ask for more of its methods.
    """

    dataset: Any

    @property
    def num_ids(self) -> int:
        """Number of classes of a joint identity classifier, see `JDEDataset`."""
        return sum(self.num_ids_per_class) + 1

    @property
    def num_ids_per_class(self) -> list[int]:
        """Number of identities of each class."""
        return self.dataset.num_ids_per_class

    def number_from(self, first_ids: Sequence[int], first_image: int) -> None:
        """Set the numbers that identities and images begin with.

        Args:
            first_ids: First identity of each class.
            first_image: First ``img_id``.
        """
        self.dataset.number_from(first_ids, first_image)
