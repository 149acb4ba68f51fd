"""Sampling that gives every sample its own random seed."""

from collections.abc import Iterator
from itertools import islice

from mmengine.dataset import DefaultSampler

from fairmot_mm.datasets.seeding import SeededIndex
from fairmot_mm.registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class SeededSampler(DefaultSampler):
    """mmengine's ``DefaultSampler`` with a seed for each index.

    The augmentation of a sample depends on the seed of the run, the epoch and the index
    of the sample. It does not depend on the number of workers, the rank, or whether the
    run was interrupted.
    """

    _num_skipped = 0

    def __iter__(self) -> Iterator[SeededIndex]:
        """Iterate over the indices of this rank."""
        skipped, self._num_skipped = self._num_skipped, 0
        for index in islice(super().__iter__(), skipped, None):
            yield SeededIndex(index, (self.seed, self.epoch, index))

    def skip_first(self, count: int) -> None:
        """Leave out the first indices of this rank in the next epoch.

        Args:
            count: Number of indices that were used before the run was interrupted.
        """
        self._num_skipped = count
