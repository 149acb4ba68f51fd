"""Training images with boxes and identities, in the layout of JDE and FairMOT."""

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from mmengine.dataset import BaseDataset

from fairmot_mm.datasets.seeding import SeededIndex, local_seed
from fairmot_mm.registry import DATASETS, TRANSFORMS
from fairmot_mm.utils.errors import DataError

IMAGE_DIR, LABEL_DIR = 'images', 'labels_with_ids'
LABEL_COLUMNS = 'class id cx cy w h'


@DATASETS.register_module()
class JDEDataset(BaseDataset):
    """Image lists with a ``labels_with_ids`` text file beside every image.

    A list has one image path a line, relative to ``data_root``. The label file of
    ``SET/images/train/a.jpg`` is ``SET/labels_with_ids/train/a.txt``; its lines are
    ``class id cx cy w h``, the box normalised by the image (it may leave it), id -1
    where the identity is unknown. An empty file is an image without people.

    Identities of the lists do not overlap: those of a list start where the lists before
    it end, as published.

    Args:
        data_root: Folder that the paths of the lists are relative to.
        ann_files: List files, relative to ``data_root`` unless absolute; their order
            decides the numbering of identities.
        pipeline: Transforms of a sample.
        **kwargs: Further arguments of mmengine's ``BaseDataset``.

    Raises:
        DataError: A list or label is missing or malformed (file and line are named).
    """

    METAINFO = {'classes': ('pedestrian',)}  # noqa: RUF012 - as mmengine declares it

    def __init__(
        self,
        data_root: str,
        ann_files: Sequence[str],
        pipeline: Sequence[dict | Callable] = (),
        **kwargs: Any,
    ) -> None:
        if isinstance(ann_files, str) or not ann_files:
            raise DataError(
                f'ann_files must be a list of list files, not {ann_files!r}'
            )
        self.ann_files = [str(Path(data_root, file)) for file in ann_files]
        self._num_ids = 1
        super().__init__(
            data_root=str(data_root),
            pipeline=[TRANSFORMS.build(step) for step in pipeline],
            **kwargs,
        )

    @property
    def num_ids(self) -> int:
        """Classes the identity classifier needs.

        As published: the largest id + 1 of every list, summed, + 1 (one class stays
        unused).
        """
        self.full_init()
        return self._num_ids

    def load_data_list(self) -> list[dict]:
        """Read all lists and labels.

        Returns:
            One dict an image: ``img_path``, ``img_id`` and ``jde_labels`` (N, 6)
            float32, ids already offset by those of the lists before.
        """
        num_classes = len(self.metainfo['classes'])
        data_list: list[dict] = []
        offset = 0
        for ann_file in self.ann_files:
            largest = -1
            for image, label in _read_list(ann_file, self.data_root):
                rows = read_labels(label, image, num_classes)
                known = rows[:, 1] >= 0
                largest = max(largest, int(rows[:, 1].max(initial=-1)))
                rows[known, 1] += offset
                data_list.append(
                    {
                        'img_path': str(image),
                        'img_id': len(data_list),
                        'jde_labels': rows,
                    }
                )
            offset += largest + 1
        self._num_ids = offset + 1
        return data_list

    def __getitem__(self, idx: int) -> dict:
        """The sample at ``idx``, augmented by the seed of a `SeededIndex`."""
        if isinstance(idx, SeededIndex):
            with local_seed(idx.seed):
                return super().__getitem__(int(idx))
        return super().__getitem__(idx)


def _read_list(ann_file: str, data_root: str) -> list[tuple[Path, Path]]:
    """Images of a list file and their label files."""
    try:
        lines = Path(ann_file).read_text().splitlines()
    except OSError as error:
        raise DataError(
            f'cannot read image list {ann_file}: {error.strerror}; see '
            'tools/dataset_converters for how to make one'
        ) from error
    pairs = []
    for number, line in enumerate(lines, 1):
        image = PurePosixPath(line.strip())
        if not image.name:
            continue
        parts = [LABEL_DIR if part == IMAGE_DIR else part for part in image.parts]
        if LABEL_DIR not in parts:
            raise DataError(
                f'{ann_file}, line {number}: {line.strip()} has no folder named '
                f'{IMAGE_DIR!r}, so that its label file cannot be found'
            )
        label = Path(data_root, *parts).with_suffix('.txt')
        pairs.append((Path(data_root, image), label))
    if not pairs:
        raise DataError(f'{ann_file} lists no image')
    return pairs


def read_labels(path: Path, image: Path, num_classes: int) -> np.ndarray:
    """Read one label file.

    Args:
        path: The label file.
        image: The image it belongs to, for the message.
        num_classes: Classes must be below this.

    Returns:
        (N, 6) float32 ``class id cx cy w h``.

    Raises:
        DataError: The file is missing or a line is malformed.
    """
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise DataError(
            f'{image} has no label file {path}: {error.strerror}; an image without '
            'people needs an empty one'
        ) from error
    rows = [line.split() for line in lines]
    try:
        # Rows of unequal length and words that are no numbers fail here.
        labels = np.array([row for row in rows if row], np.float32)
    except ValueError as error:
        raise DataError(_first_bad_line(path, rows, num_classes)) from error
    if labels.size == 0:
        return labels.reshape(0, 6)
    classes = labels[:, 0]
    if (
        labels.shape[1] != 6
        or not np.isfinite(labels).all()
        or classes.min() < 0
        or classes.max() >= num_classes
    ):
        raise DataError(_first_bad_line(path, rows, num_classes))
    return labels


def _first_bad_line(path: Path, rows: list[list[str]], num_classes: int) -> str:
    """Say which line of a label file is wrong, and why."""
    for number, row in enumerate(rows, 1):
        where = f'{path}, line {number}'
        if row and len(row) != 6:
            return f'{where}: {len(row)} columns, expected 6 ({LABEL_COLUMNS})'
        try:
            values = [float(word) for word in row]
        except ValueError as error:
            return f'{where}: {error}'
        if not np.isfinite(values).all():
            return f'{where}: {" ".join(row)!r} is not finite'
        if row and not 0 <= values[0] < num_classes:
            return (
                f'{where}: class {row[0]}, but the data set has {num_classes} '
                '(metainfo.classes)'
            )
    return f'{path}: not a label file'
