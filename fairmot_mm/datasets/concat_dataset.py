"""Several data sets one after the other."""

from collections.abc import Sequence
from typing import Any

from mmengine.dataset import ConcatDataset as _ConcatDataset

from fairmot_mm.datasets.identity_dataset import (
    IdentityDataset,
    class_starts,
    with_seed_of,
)
from fairmot_mm.registry import DATASETS
from fairmot_mm.utils.errors import ConfigError


@DATASETS.register_module()
class ConcatDataset(_ConcatDataset):
    """mmengine's ``ConcatDataset`` that numbers identities and keeps seeds.

    Every data set has its own identities: they are numbered from where those of the
    data sets before it end, class by class, as the lists of a `JDEDataset` are. Images
    get an ``img_id`` of their own in the same way. Videos of `MOTVideoDataset`s can be
    joined, too.

    Args:
        datasets: The data sets, or their configs; their classes are the same.
        lazy_init: Whether the labels are read later.
        ignore_keys: Keys of the metainfo that may differ.

    Raises:
        ConfigError: The classes differ, or some data sets have identities and others
            have none.
    """

    def __init__(
        self,
        datasets: Sequence[Any],
        lazy_init: bool = False,
        ignore_keys: str | list[str] | None = None,
    ) -> None:
        try:
            super().__init__(datasets, lazy_init=True, ignore_keys=ignore_keys)
        except ValueError as error:
            if 'meta information' not in str(error):
                raise
            raise ConfigError(
                f'the data sets of a ConcatDataset have different metainfo: {error}'
            ) from error
        if not lazy_init:
            self.full_init()

    @property
    def num_ids(self) -> int:
        """Number of classes of a joint identity classifier, see `JDEDataset`."""
        return sum(self.num_ids_per_class) + 1

    @property
    def num_ids_per_class(self) -> list[int]:
        """Number of identities of each class in all data sets together.

        Raises:
            AttributeError: The data sets have no identities.
        """
        if not self._with_identities():
            raise AttributeError('the joined data sets have no identities')
        counts = [dataset.num_ids_per_class for dataset in self._with_identities()]
        return [sum(numbers) for numbers in zip(*counts, strict=True)]

    @property
    def video_ranges(self) -> list[range]:
        """Indices of the frames of each video, for `VideoSampler`."""
        self.full_init()
        starts = [0, *self.cumulative_sizes]
        return [
            range(start + frames.start, start + frames.stop)
            for start, dataset in zip(starts, self.datasets, strict=False)
            for frames in dataset.video_ranges
        ]

    def full_init(self) -> None:
        """Read all data sets and number their identities."""
        if self._fully_initialized:
            return
        super().full_init()
        if self._with_identities():
            self.number_from(class_starts(self.num_ids_per_class), 0)

    def number_from(self, first_ids: Sequence[int], first_image: int) -> None:
        """Set the numbers that identities and images begin with.

        Args:
            first_ids: First identity of each class.
            first_image: First ``img_id``.
        """
        ids = list(first_ids)
        for dataset in self._with_identities():
            dataset.number_from(ids, first_image)
            counts = dataset.num_ids_per_class
            ids = [first + count for first, count in zip(ids, counts, strict=True)]
            first_image += len(dataset)

    def get_cat_ids(self, idx: int) -> list[int]:
        """Classes of an image, for `ClassBalancedDataset`.

        Args:
            idx: Index of the image.
        """
        number, place = self._get_ori_dataset_idx(idx)
        return self.datasets[number].get_cat_ids(place)

    def get_instances_ids(self, idx: int) -> Sequence[int]:
        """List the known identities in an image, for `IdentityBatchSampler`.

        Args:
            idx: Index of the image.
        """
        number, place = self._get_ori_dataset_idx(idx)
        return self.datasets[number].get_instances_ids(place)

    def _get_ori_dataset_idx(self, idx: int) -> tuple[int, int]:
        number, place = super()._get_ori_dataset_idx(idx)
        return number, with_seed_of(idx, place)

    def _with_identities(self) -> list[IdentityDataset]:
        """All data sets if they have identities, or none."""
        found = [one for one in self.datasets if isinstance(one, IdentityDataset)]
        if found and len(found) < len(self.datasets):
            other = next(d for d in self.datasets if not isinstance(d, IdentityDataset))
            raise ConfigError(
                f'a ConcatDataset joins {type(found[0]).__name__}, which has '
                f'identities, and {type(other).__name__}, which has none '
                '(num_ids_per_class and number_from)'
            )
        return found
