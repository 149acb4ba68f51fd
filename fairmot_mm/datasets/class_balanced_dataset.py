"""A data set in which images with rare classes occur several times."""

from collections.abc import Sequence

from mmengine.dataset import ClassBalancedDataset as _ClassBalancedDataset

from fairmot_mm.datasets.identity_dataset import with_seed_of
from fairmot_mm.datasets.identity_wrapper import IdentityWrapper
from fairmot_mm.registry import DATASETS


@DATASETS.register_module()
class ClassBalancedDataset(IdentityWrapper, _ClassBalancedDataset):
    """mmengine's ``ClassBalancedDataset`` that keeps identities and seeds.

    An image with a class of frequency f, the share of images that have it, occurs
    ``sqrt(oversample_thr / f)`` times, rounded up, and at least once (repeat factors of
    LVIS, https://arxiv.org/abs/1908.03195). Each repetition is augmented differently.

    Args:
        dataset: The data set, or its config.
        oversample_thr: Frequency below which a class is repeated.
        lazy_init: Whether the labels are read later.
    """

    def get_instances_ids(self, idx: int) -> Sequence[int]:
        """List the known identities in an image, for `IdentityBatchSampler`.

        Args:
            idx: Index of the image.
        """
        return self.dataset.get_instances_ids(self._get_ori_dataset_idx(idx))

    def _get_ori_dataset_idx(self, idx: int) -> int:
        return with_seed_of(idx, super()._get_ori_dataset_idx(idx))
