"""Sampling that gives every sample a random seed of its own."""

from collections.abc import Iterator

from mmengine.dataset import DefaultSampler

from fairmot_mm.datasets.seeding import SeededIndex
from fairmot_mm.registry import DATA_SAMPLERS


@DATA_SAMPLERS.register_module()
class SeededSampler(DefaultSampler):
    """mmengine's ``DefaultSampler`` whose indices carry a seed.

    Seed, epoch and index of a sample alone decide how it is augmented: the number of
    workers, the rank and whether the run was interrupted do not.
    """

    def __iter__(self) -> Iterator[SeededIndex]:
        """Iterate over the indices of this rank."""
        for index in super().__iter__():
            yield SeededIndex(index, (self.seed, self.epoch, index))
