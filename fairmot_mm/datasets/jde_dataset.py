"""Training images with boxes and identities, in the layout of JDE and FairMOT."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from mmengine.dataset import BaseDataset

from fairmot_mm.datasets.label_files import read_labels
from fairmot_mm.datasets.label_index import (
    LabelIndex,
    default_index_dir,
    index_labels,
)
from fairmot_mm.datasets.seeding import SeededIndex, local_seed
from fairmot_mm.registry import DATASETS, TRANSFORMS
from fairmot_mm.utils.errors import ConfigError, DataError, ImageError

# Images that cannot be read, one after the other, after which it is not chance.
MAX_DRAWS = 20


@DATASETS.register_module()
class JDEDataset(BaseDataset):
    """Image lists with a ``labels_with_ids`` text file beside every image.

    A list has one image path a line, relative to ``data_root``. The label file of
    ``SET/images/train/a.jpg`` is ``SET/labels_with_ids/train/a.txt``; its lines are
    ``class id cx cy w h``, the box normalised by the image (it may leave it), id -1
    where the identity is unknown. An empty file is an image without people.

    Identities of the lists do not overlap: those of a list start where the lists before
    it end, as published. With several classes an id counts within its class: all of
    class 0 come first, list after list, then all of class 1, and so on.

    Labels are read once and kept in an index; a later start only looks whether files
    changed. All that workers share are a few arrays, so their memory stays flat.

    Args:
        data_root: Folder that the paths of the lists are relative to.
        ann_files: List files, relative to ``data_root`` unless absolute; their order
            decides the numbering of identities.
        pipeline: Transforms of a sample.
        repeats: How often an epoch has the images of each list, once by default; their
            identities stay the same.
        index_dir: Folder of the index; ``'auto'``: ``fairmot_mm/labels`` in the user's
            cache folder; ``None``: read all labels at every start.
        on_corrupt: What to do about an image that cannot be read: ``'stop'``, or
            ``'skip'`` to take another in its place, drawn by the seed of the sample;
            `CorruptImageHook` logs it and has a limit.
        **kwargs: Further arguments of mmengine's ``BaseDataset``; ``metainfo`` with
            ``classes`` for others than pedestrians.

    Raises:
        DataError: A list or label is missing or malformed (file and line are named).
        ConfigError: Unknown `on_corrupt`.
    """

    METAINFO = {'classes': ('pedestrian',)}  # noqa: RUF012 - as mmengine declares it

    def __init__(
        self,
        data_root: str,
        ann_files: Sequence[str],
        pipeline: Sequence[dict | Callable] = (),
        repeats: Sequence[int] | None = None,
        index_dir: str | None = 'auto',
        on_corrupt: Literal['stop', 'skip'] = 'stop',
        **kwargs: Any,
    ) -> None:
        if isinstance(ann_files, str) or not ann_files:
            raise DataError(
                f'ann_files must be a list of list files, not {ann_files!r}'
            )
        if on_corrupt not in ('stop', 'skip'):
            raise ConfigError(
                f"on_corrupt must be 'stop' or 'skip', not {on_corrupt!r}"
            )
        self.on_corrupt = on_corrupt
        self.ann_files = [str(Path(data_root, file)) for file in ann_files]
        self.repeats = [1] * len(ann_files) if repeats is None else list(repeats)
        if len(self.repeats) != len(ann_files) or min(self.repeats) < 1:
            raise DataError(
                f'repeats must have a number above 0 for each of the {len(ann_files)} '
                f'ann_files, not {repeats!r}'
            )
        self.index_dir = default_index_dir() if index_dir == 'auto' else index_dir
        self._num_ids_per_class = np.zeros(0, np.int64)
        # The list is made of arrays already: nothing to gain by pickling it.
        kwargs.setdefault('serialize_data', False)
        super().__init__(
            data_root=str(data_root),
            pipeline=[TRANSFORMS.build(step) for step in pipeline],
            **kwargs,
        )

    @property
    def num_ids(self) -> int:
        """Classes a joint identity classifier needs.

        As published: the largest id + 1 of every list (and class), summed, + 1 (one
        class stays unused).
        """
        return sum(self.num_ids_per_class) + 1

    @property
    def num_ids_per_class(self) -> list[int]:
        """Identities of every class: the largest id + 1 of every list, summed."""
        self.full_init()
        return self._num_ids_per_class.tolist()

    def load_data_list(self) -> 'JDESamples':
        """Read all lists and labels.

        Returns:
            One dict an image: ``img_path``, ``img_id`` and ``jde_labels`` (N, 6)
            float32, ids already offset by those of the lists before.
        """
        num_classes = len(self.metainfo['classes'])
        indices = []
        for ann_file in self.ann_files:
            index = index_labels(ann_file, self.data_root, self.index_dir)
            _check_classes(index, num_classes)
            indices.append(index)
        counts = np.stack([_count_ids(index.rows, num_classes) for index in indices])
        self._num_ids_per_class = counts.sum(axis=0)
        # Class by class, and in it list by list; (lists, classes).
        ends = counts.T.cumsum().reshape(counts.T.shape).T
        for index, first in zip(indices, ends - counts, strict=True):
            known = index.rows[:, 1] >= 0
            index.rows[known, 1] += first[index.rows[known, 0].astype(int)]
        return JDESamples(indices, self.repeats)

    def __getitem__(self, idx: int) -> dict:
        """The sample at ``idx``, augmented by the seed of a `SeededIndex`."""
        if isinstance(idx, SeededIndex):
            with local_seed(idx.seed):
                return super().__getitem__(int(idx))
        return super().__getitem__(idx)

    def prepare_data(self, idx: int) -> Any:
        """The sample at ``idx`` from the pipeline, or that of another image.

        Raises:
            ImageError: It cannot be read; with `on_corrupt` ``'skip'``, neither can
                those drawn in its place.
        """
        unreadable: list[str] = []
        while True:
            info = self.get_data_info(idx)
            try:
                return self.pipeline({**info, 'unreadable': tuple(unreadable)})
            except ImageError as error:
                if self.on_corrupt == 'stop' or len(unreadable) == MAX_DRAWS:
                    raise
                unreadable.append(str(error))
            idx = self._rand_another()


class JDESamples(Sequence):
    """Images and labels of all lists, in arrays that processes share without copies.

    Args:
        indices: Labels of the lists.
        repeats: How often each of them is gone through.
    """

    def __init__(
        self, indices: Sequence[LabelIndex], repeats: Sequence[int] | None = None
    ) -> None:
        self.images = np.concatenate([index.images for index in indices])
        self.rows = np.concatenate([index.rows for index in indices])
        lengths = np.concatenate([np.diff(index.starts) for index in indices])
        self.starts = np.concatenate([[0], lengths.cumsum()])
        parts = np.split(
            np.arange(len(self.images)),
            np.cumsum([len(index.images) for index in indices])[:-1],
        )
        counts = repeats or [1] * len(parts)
        self.order = np.concatenate(list(map(np.tile, parts, counts)))

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[k] for k in range(len(self))[index]]
        number = int(self.order[index])
        return {
            'img_path': os.fsdecode(self.images[number]),
            'img_id': number,
            'jde_labels': self.rows[self.starts[number] : self.starts[number + 1]],
        }


def _count_ids(rows: np.ndarray, num_classes: int) -> np.ndarray:
    """(K,) largest id + 1 of every class, 0 where none is known."""
    counts = np.zeros(num_classes, np.int64)
    classes, ids = rows[:, :2].astype(np.int64).T
    np.maximum.at(counts, classes, ids + 1)
    return counts


def _check_classes(index: LabelIndex, num_classes: int) -> None:
    """Refuse a class beyond those of the data set, naming file and line."""
    wrong = np.flatnonzero(index.rows[:, 0] >= num_classes)
    if len(wrong):
        image = np.searchsorted(index.starts, wrong[0], side='right') - 1
        path = os.fsdecode(index.paths[image])
        read_labels(path, os.fsdecode(index.images[image]), num_classes)
