"""Batches in which identities occur several times, for losses that compare them."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol

import numpy as np
from mmengine.dataset import DefaultSampler
from torch.utils.data import Sampler

from fairmot_mm.datasets.seeding import SeededIndex
from fairmot_mm.registry import DATA_SAMPLERS
from fairmot_mm.utils.contracts import require_contract, require_range
from fairmot_mm.utils.errors import ConfigError, DataError


class IdentifiedImages(Protocol):
    """A data set that knows the identities in its images, such as `JDEDataset`."""

    def get_instances_ids(self, idx: int) -> Sequence[int]:
        """List the known identities in an image, each once.

        Args:
            idx: Position of the image.
        """


@DATA_SAMPLERS.register_module()
class IdentityBatchSampler(Sampler):
    """Make batches of P groups of K images; the images of a group share a person.

    Images of a detector show several people, so whole images are sampled. A group
    begins with the next image of the shuffled data. One of the people in it who occur
    in at least K images is drawn, and then K - 1 further images of this person; images
    that did not occur in the epoch come first. A batch has no image twice. Where nobody
    in an image occurs often enough, the group consists of the next K images, so that
    the detector learns from images without identities too.

    An epoch has as many images as the data set. Some images may occur twice in it and
    others not at all. All processes draw the same batches, and each takes its share.
    The batches depend on the seed of the run, the epoch and the batch size; an
    interrupted run continues with the batch that it would have had, see
    `ResumableEpochLoop`.

    For ``train_dataloader.batch_sampler``. It needs ``drop_last=False``, because it
    only makes whole batches.

    Args:
        sampler: Sampler of the data loader, such as `SeededSampler`; it has the data
            set, the seed, the epoch and the processes.
        batch_size: Number of images in a batch of one process, P x K.
        images_per_identity: K.

    Raises:
        ConfigError: `batch_size` is not a multiple of K; K is below 2; or the sampler
            or the data set does not fit.
        DataError: Nobody occurs in K images, or there are too few images for a batch.
    """

    def __init__(
        self, sampler: DefaultSampler, batch_size: int, images_per_identity: int = 2
    ) -> None:
        name = 'train_dataloader.batch_sampler'
        require_range(**{f'{name}.images_per_identity': images_per_identity}, low=2)
        if batch_size % images_per_identity:
            raise ConfigError(
                f'train_dataloader.batch_size={batch_size} must be a multiple of '
                f'{name}.images_per_identity={images_per_identity}'
            )
        if not isinstance(sampler, DefaultSampler):
            raise ConfigError(
                f'{name}: IdentityBatchSampler needs train_dataloader.sampler='
                f"dict(type='SeededSampler'), not {type(sampler).__name__}"
            )
        dataset = sampler.dataset
        require_contract(dataset, IdentifiedImages, 'train_dataloader.dataset')
        self.sampler = sampler
        self.batch_size = batch_size
        self.images_per_identity = images_per_identity
        self._num_skipped = 0
        self._people = [dataset.get_instances_ids(k) for k in range(len(dataset))]
        self._images = _images_of_people(self._people, images_per_identity)
        if not self._images:
            raise DataError(
                f'no identity of the training data is in {images_per_identity} images: '
                f'IdentityBatchSampler has nothing to compare. Leave out {name}'
            )
        if not len(self):
            raise DataError(
                f'the training data has {len(dataset)} images, too few for one batch '
                f'of {batch_size} in each of {sampler.world_size} processes'
            )

    def __len__(self) -> int:
        """Number of batches of this process in an epoch."""
        return len(self._people) // (self.batch_size * self.sampler.world_size)

    def __iter__(self) -> Iterator[list[SeededIndex]]:
        """Iterate over the batches of this process."""
        skipped, self._num_skipped = self._num_skipped, 0
        rank, world_size = self.sampler.rank, self.sampler.world_size
        seed = (self.sampler.seed, self.sampler.epoch)
        for number, batch in enumerate(self._batches(seed)):
            if number % world_size == rank and number // world_size >= skipped:
                # An image that occurs twice is not augmented twice in the same way.
                yield [SeededIndex(k, (*seed, k, number)) for k in batch]

    def skip_first(self, count: int) -> None:
        """Leave out the first batches of this rank in the next epoch.

        Args:
            count: Number of images that were used before the run was interrupted.
        """
        self._num_skipped = count // self.batch_size

    def _batches(self, seed: tuple[int, int]) -> Iterator[list[int]]:
        """The batches of all processes in an epoch."""
        random = np.random.default_rng(seed)
        used = np.zeros(len(self._people), dtype=bool)
        order = np.arange(len(used))
        if self.sampler.shuffle:
            random.shuffle(order)
        # It never ends before the epoch, which has as many images as the data set.
        unused = (int(image) for image in order if not used[image])
        for _ in range(len(self) * self.sampler.world_size):
            batch: list[int] = []
            while len(batch) < self.batch_size:
                first = next(unused)
                used[first] = True
                group = self._with_same_person(first, batch, used, random)
                group = group or [*islice(unused, self.images_per_identity - 1)]
                used[group] = True
                batch += [first, *group]
            yield batch

    def _with_same_person(
        self,
        image: int,
        batch: Sequence[int],
        used: np.ndarray,
        random: np.random.Generator,
    ) -> list[int]:
        """K - 1 images of a person in an image, outside the batch; none if too few."""
        count = self.images_per_identity - 1
        people = [person for person in self._people[image] if person in self._images]
        for person in random.permutation(people):
            images = self._images[person]
            images = images[~np.isin(images, [image, *batch])]
            if len(images) >= count:
                images = random.permutation(images)
                return images[used[images].argsort(kind='stable')][:count].tolist()
        return []


def _images_of_people(
    people: Sequence[Sequence[int]], least: int
) -> dict[int, np.ndarray]:
    """Images of every identity that occurs in at least ``least`` of them.

    Args:
        people: Identities in each image, each once.
        least: Smallest number of images.
    """
    images = np.repeat(np.arange(len(people)), [len(own) for own in people])
    ids = np.concatenate([np.zeros(0, np.int64), *people])
    order = ids.argsort(kind='stable')
    found, starts = np.unique(ids[order], return_index=True)
    parts = np.split(images[order], starts[1:])
    return {
        int(person): part
        for person, part in zip(found, parts, strict=False)
        if len(part) >= least
    }
