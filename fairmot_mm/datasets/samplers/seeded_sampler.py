"""Sampling that gives every sample a random seed of its own."""

from collections.abc import Iterator
from itertools import islice

from mmengine.dataset import DefaultSampler

from fairmot_mm.datasets.seeding import SeededIndex
from fairmot_mm.registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class SeededSampler(DefaultSampler):
    """mmengine's ``DefaultSampler`` whose indices carry a seed.

    Seed, epoch and index of a sample alone decide how it is augmented: the number of
    workers, the rank and whether the run was interrupted do not.
    """

    _num_skipped = 0

    def __iter__(self) -> Iterator[SeededIndex]:
        """Iterate over the indices of this rank."""
        skipped, self._num_skipped = self._num_skipped, 0
        for index in islice(super().__iter__(), skipped, None):
            yield SeededIndex(index, (self.seed, self.epoch, index))

    def skip_first(self, count: int) -> None:
        """Leave out the first ``count`` indices of this rank, once."""
        self._num_skipped = count
