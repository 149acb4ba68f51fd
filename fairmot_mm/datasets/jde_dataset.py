"""Training images with boxes and identities, in the layout of JDE and FairMOT."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from mmengine.dataset import BaseDataset

from fairmot_mm.datasets.identity_dataset import class_starts
from fairmot_mm.datasets.identity_numbers import (
    check_classes,
    count_ids,
    renumber,
    unused_ids,
)
from fairmot_mm.datasets.jde_samples import JDESamples
from fairmot_mm.datasets.label_index import (
    LabelIndex,
    background_index,
    default_index_dir,
    index_labels,
)
from fairmot_mm.datasets.label_lines import IGNORE_CLASS
from fairmot_mm.datasets.seeding import SeededIndex, local_seed
from fairmot_mm.datasets.teacher_embeddings import read_embeddings, stack_embeddings
from fairmot_mm.registry import DATASETS, TRANSFORMS
from fairmot_mm.utils.contracts import require_choice
from fairmot_mm.utils.errors import DataError, ImageError
from fairmot_mm.utils.exact_numbers import LARGEST_WHOLE

# After this many unreadable images in a row, the data set itself must be damaged.
MAX_DRAWS = 20


@DATASETS.register_module()
class JDEDataset(BaseDataset):
    """Image lists with a ``labels_with_ids`` text file for every image.

    A list has one image path on each line, relative to ``data_root``. The label file of
    ``SET/images/train/a.jpg`` is ``SET/labels_with_ids/train/a.txt``. Its lines are
    ``class id cx cy w h``: the box is divided by the image size and may reach beyond
    the image, and the id is -1 where the identity is unknown. An empty file belongs to
    an image without people. A line of class and id -1 is an ignore region: nothing in
    it is trained or scored, see `LoadJDELabels`.

    Every list has its own identities: they are numbered from where the lists before it
    end, as published. With several classes an id counts within its class: all
    identities of class 0 come first, list after list, then those of class 1, and so on.

    Labels are read once and kept in an index. Later starts read only files that
    changed. Workers share a few arrays and nothing else, so their memory does not grow.

    Args:
        data_root: Folder that the paths of the lists are relative to.
        ann_files: List files, relative to ``data_root`` unless absolute; their order
            decides the numbers of identities.
        pipeline: Transforms of a sample.
        background_files: Lists of images without people, which need no labels and may
            lie in any folder.
        teacher_embeds: For each of `ann_files` a file of
            ``tools/dataset_converters/embed_with_teacher.py``, relative to `data_root`,
            or None; samples then have ``teacher_embeds`` (N, D) float16, zeros where
            there is none.
        repeats: How many times the images of each list, then of each background list,
            occur in an epoch, once by default; their identities stay the same.
        index_dir: Folder of the label index; ``'auto'`` is ``fairmot_mm/labels`` in the
            user's cache folder, and None reads all labels at every start.
        on_corrupt: What happens to an image that cannot be read: ``'stop'`` raises,
            ``'skip'`` takes another image instead, drawn by the seed of the sample.
            `CorruptImageHook` logs skipped images and has a limit.
        renumber_ids: Number the identities of each list and class from 0 without gaps,
            in the order of their ids. By default ids are used as they are, as
            published: the classifier has a class for each number up to the largest.
        **kwargs: Further arguments of mmengine's ``BaseDataset``, such as ``metainfo``
            with ``classes`` for other classes than pedestrians.

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
        background_files: Sequence[str] = (),
        teacher_embeds: Sequence[str | None] = (),
        repeats: Sequence[int] | None = None,
        index_dir: str | None = 'auto',
        on_corrupt: Literal['stop', 'skip'] = 'stop',
        renumber_ids: bool = False,
        **kwargs: Any,
    ) -> None:
        if isinstance(ann_files, str) or not ann_files:
            raise DataError(
                f'ann_files must be a list of list files, not {ann_files!r}'
            )
        require_choice('on_corrupt', on_corrupt, ('stop', 'skip'))
        self.on_corrupt = on_corrupt
        self.ann_files = [str(Path(data_root, file)) for file in ann_files]
        self.background_files = [
            str(Path(data_root, file)) for file in background_files
        ]
        count = len(self.ann_files) + len(self.background_files)
        self.repeats = [1] * count if repeats is None else list(repeats)
        if len(self.repeats) != count or min(self.repeats) < 1:
            background = 'and background_files' if background_files else ''
            raise DataError(
                f'repeats must have one number above 0 for each of the '
                f'{count} ann_files {background}, not {repeats!r}'.replace(' ,', ',')
            )
        if teacher_embeds and len(teacher_embeds) != len(ann_files):
            raise DataError(
                f'teacher_embeds must have a file or None for each of the '
                f'{len(ann_files)} ann_files, not {list(teacher_embeds)!r}'
            )
        self.teacher_embeds = [
            file if file is None else Path(data_root, file) for file in teacher_embeds
        ]
        self.index_dir = default_index_dir() if index_dir == 'auto' else index_dir
        self.renumber_ids = renumber_ids
        self._num_ids_per_class = np.zeros(0, np.int64)
        self._added_ids = np.zeros(0, np.int64)  # per class, set by a ConcatDataset
        self._first_image = 0
        self._unused_ids = ''
        # The list consists of arrays already, so pickling it gains nothing.
        kwargs.setdefault('serialize_data', False)
        super().__init__(
            data_root=str(data_root),
            pipeline=[TRANSFORMS.build(step) for step in pipeline],
            **kwargs,
        )

    @property
    def num_ids(self) -> int:
        """Number of classes that a joint identity classifier needs.

        As published, this is the sum of the largest id + 1 of every list and class,
        plus 1 class that stays unused.
        """
        return sum(self.num_ids_per_class) + 1

    @property
    def num_ids_per_class(self) -> list[int]:
        """Number of identities of each class: the sum of each list's largest id + 1.

        Raises:
            DataError: Most of a very large number of identities are those of nobody.
        """
        self.full_init()
        if self._unused_ids:
            raise DataError(self._unused_ids)
        return self._num_ids_per_class.tolist()

    def number_from(self, first_ids: Sequence[int], first_image: int) -> None:
        """Set the numbers that identities and images begin with.

        Args:
            first_ids: First identity of each class; by default those of class 0 come
                first, and so on.
            first_image: First ``img_id``, 0 by default.
        """
        own = class_starts(self.num_ids_per_class)
        self._added_ids = np.array(first_ids, np.int64) - own
        self._first_image = first_image

    def get_data_info(self, idx: int) -> dict:
        """What the data set knows of an image, see `load_data_list`.

        Args:
            idx: Position of the image.
        """
        info = super().get_data_info(idx)
        info['img_id'] += self._first_image
        if self._added_ids.any():
            rows = info['jde_labels']
            known = rows[:, 1] >= 0
            rows[known, 1] += self._added_ids[rows[known, 0].astype(int)]
        return info

    def get_cat_ids(self, idx: int) -> list[int]:
        """Classes of an image, for `ClassBalancedDataset`.

        Args:
            idx: Position of the image.
        """
        self.full_init()
        classes = np.unique(self.data_list[idx]['jde_labels'][:, 0].astype(int))
        return classes[classes != IGNORE_CLASS].tolist()

    def load_data_list(self) -> 'JDESamples':
        """Read all lists and labels.

        Returns:
            One dict for each image: ``img_path``, ``img_id`` and ``jde_labels`` (N, 6)
            float64, whose ids are numbered over all lists; perhaps ``teacher_embeds``.
        """
        num_classes = len(self.metainfo['classes'])
        indices: list[LabelIndex] = []
        embeds = read_embeddings(self.teacher_embeds)
        for ann_file in self.ann_files:
            index = index_labels(ann_file, self.data_root, self.index_dir)
            check_classes(index, num_classes)
            if self.renumber_ids:
                renumber(index.rows)
            indices.append(index)
        for one, index, ann_file in zip(embeds, indices, self.ann_files, strict=False):
            if one is not None:
                one.require_labels(index, ann_file)
        indices += [background_index(f, self.data_root) for f in self.background_files]
        counts = np.stack([count_ids(index.rows, num_classes) for index in indices])
        self._unused_ids = next(
            filter(None, map(unused_ids, self.ann_files, indices, counts)), ''
        )
        if counts.sum() > LARGEST_WHOLE:
            raise DataError(self._unused_ids)
        self._num_ids_per_class = counts.sum(axis=0)
        # Class by class, and in it list by list; (lists, classes).
        ends = counts.T.cumsum().reshape(counts.T.shape).T
        for index, first in zip(indices, ends - counts, strict=True):
            known = index.rows[:, 1] >= 0
            index.rows[known, 1] += first[index.rows[known, 0].astype(int)]
        return JDESamples(indices, self.repeats, stack_embeddings(embeds, indices))

    def __getitem__(self, idx: int) -> dict:
        """The sample at ``idx``, augmented by the seed of a `SeededIndex`.

        Args:
            idx: Position of the image, a `SeededIndex` from `SeededSampler`.
        """
        if isinstance(idx, SeededIndex):
            with local_seed(idx.seed):
                return super().__getitem__(int(idx))
        return super().__getitem__(idx)

    def get_instances_ids(self, idx: int) -> list[int]:
        """List the known identities in an image.

        Args:
            idx: Position of the image.

        Returns:
            Identities, counted over all lists, each once, ascending.
        """
        ids = np.unique(self.get_data_info(idx)['jde_labels'][:, 1])
        return ids[ids >= 0].astype(np.int64).tolist()

    def prepare_data(self, idx: int) -> Any:
        """Run the pipeline on an image, or on another one if it cannot be read.

        Args:
            idx: Position of the image.

        Returns:
            What the pipeline returns.

        Raises:
            ImageError: The image cannot be read; with `on_corrupt` ``'skip'``, the
                images drawn instead cannot be read either.
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
