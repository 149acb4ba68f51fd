"""A data set whose samples occur several times in an epoch."""

from collections.abc import Sequence

from mmengine.dataset import RepeatDataset as _RepeatDataset

from fairmot_mm.datasets.identity_dataset import with_seed_of
from fairmot_mm.datasets.identity_wrapper import IdentityWrapper
from fairmot_mm.registry import DATASETS


@DATASETS.register_module()
class RepeatDataset(IdentityWrapper, _RepeatDataset):
    """mmengine's ``RepeatDataset`` that keeps identities and seeds.

    Identities are the same in each repetition. Each repetition of a sample is augmented
    differently. ``JDEDataset(repeats=...)`` repeats single lists.

    Args:
        dataset: The data set, or its config.
        times: How many times it occurs in an epoch.
        lazy_init: Whether the labels are read later.
    """

    def get_cat_ids(self, idx: int) -> list[int]:
        """Classes of an image, for `ClassBalancedDataset`.

        Args:
            idx: Index of the image.
        """
        return self.dataset.get_cat_ids(self._get_ori_dataset_idx(idx))

    def get_instances_ids(self, idx: int) -> Sequence[int]:
        """List the known identities in an image, for `IdentityBatchSampler`.

        Args:
            idx: Index of the image.
        """
        return self.dataset.get_instances_ids(self._get_ori_dataset_idx(idx))

    def _get_ori_dataset_idx(self, idx: int) -> int:
        return with_seed_of(idx, super()._get_ori_dataset_idx(idx))
