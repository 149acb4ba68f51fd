"""All labels of an image list in arrays, which are kept on disk between runs."""

import hashlib
import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mmengine.logging import print_log
from rich.progress import track

from fairmot_mm.datasets.label_files import (
    listed_images,
    no_label,
    read_labels,
    read_list,
)
from fairmot_mm.datasets.label_lines import are_good_lines
from fairmot_mm.utils.array_files import read_arrays
from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.cache import cache_dir
from fairmot_mm.utils.errors import DataError, OutputError

# A file may change again within this time without a new time of change.
SETTLED_NS = 2_000_000_000
SHOW_PROGRESS_FROM = 5000
ARRAYS = ('paths', 'stats', 'rows', 'starts')
# Part of the name of an index: another number leaves indices of older rules unread.
FORMAT = '2'


@dataclass(frozen=True)
class LabelIndex:
    """Labels of n images, R rows in all.

    Attributes:
        images: (n,) bytes, paths of the images.
        paths: (n,) bytes, paths of the label files.
        stats: (n, 2) int64 time of change in ns and size in bytes of the label files;
            -1 where the file was too new to rely on them.
        rows: (R, 6) float64 ``class id cx cy w h``.
        starts: (n + 1,) int64; the rows of image i are ``starts[i]:starts[i + 1]``.
    """

    images: np.ndarray
    paths: np.ndarray
    stats: np.ndarray
    rows: np.ndarray
    starts: np.ndarray


def default_index_dir() -> Path:
    """Folder in the user's cache where indices are kept, see `cache_dir`."""
    return cache_dir('labels')


def index_labels(
    ann_file: str, data_root: str, index_dir: str | Path | None
) -> LabelIndex:
    """Read the labels of a list; unchanged files are taken from an index on disk.

    Time of change and size of every label file are compared with the index. Only files
    that are new or changed are read. The index is replaced in one step, so several
    processes may do this at the same time. An index that cannot be read is made again.

    Args:
        ann_file: See `read_list`.
        data_root: See `read_list`.
        index_dir: Folder of the indices; None reads all labels and keeps no index.

    Returns:
        The labels of all images of the list.

    Raises:
        DataError: A list or label is missing or malformed.
    """
    images, labels = read_list(ann_file, data_root)
    paths = _as_bytes(labels)
    stats = _file_stats(images, labels)
    file = None
    if index_dir is not None:
        key = hashlib.sha256(
            b'\0'.join(
                map(os.fsencode, (FORMAT, *map(os.path.abspath, (ann_file, data_root))))
            )
        )
        file = Path(index_dir) / f'{Path(ann_file).name}-{key.hexdigest()[:16]}.npz'
    old = _load(file)
    source = _find(old, paths, stats)
    fresh = np.flatnonzero(source < 0)
    if old and not len(fresh) and np.array_equal(old['paths'], paths):
        return LabelIndex(_as_bytes(images), **old)
    tables = [np.empty((0, 6)) if at < 0 else _rows_of(old, at) for at in source]
    try:
        for index in track(
            fresh,
            f'reading labels of {ann_file}',
            disable=len(fresh) < SHOW_PROGRESS_FROM,
        ):
            tables[index] = read_labels(labels[index], images[index], None)
        # The lines of all files at once: file by file, it takes longer than reading.
        are_good = are_good_lines(np.concatenate(tables), math.inf)
    except DataError:
        are_good = False
    if not are_good:  # the second reading names the first bad line
        for index in fresh:
            tables[index] = read_labels(labels[index], images[index])
    stats[stats[:, 0] > time.time_ns() - SETTLED_NS] = -1
    starts = np.cumsum([0, *map(len, tables)], dtype=np.int64)
    new = dict(paths=paths, stats=stats, rows=np.concatenate(tables), starts=starts)
    _save(file, new)
    return LabelIndex(_as_bytes(images), **new)


def background_index(list_file: str, data_root: str) -> LabelIndex:
    """Index the images of a list that have no people; no label is read.

    Args:
        list_file: See `listed_images`.
        data_root: Folder that the paths are relative to.

    Returns:
        The images, without a row.

    Raises:
        DataError: The list is missing or empty, or is not text.
    """
    names = [os.path.join(data_root, name) for _, name in listed_images(list_file)]
    if not names:
        raise DataError(f'{list_file} names no image')
    images, count = _as_bytes(names), len(names)
    return LabelIndex(
        images,
        paths=images,
        stats=np.full((count, 2), -1),
        rows=np.empty((0, 6)),
        starts=np.zeros(count + 1, np.int64),
    )


def _as_bytes(paths: Sequence[str]) -> np.ndarray:
    return np.array([os.fsencode(path) for path in paths])


def _file_stats(images: Sequence[str], labels: Sequence[str]) -> np.ndarray:
    """(n, 2) int64 time of change in ns and size in bytes of the label files."""
    stats = np.empty((len(labels), 2), np.int64)
    for index, path in enumerate(labels):
        try:
            found = os.stat(path)
        except OSError as error:
            raise no_label(path, images[index], error) from error
        stats[index] = found.st_mtime_ns, found.st_size
    return stats


def _load(file: Path | None) -> dict[str, np.ndarray]:
    """Load the arrays of an index; an empty dict if it is missing or damaged."""
    if file is None or not file.is_file():
        return {}
    try:
        arrays = read_arrays(file, ARRAYS, 'an index')
        count = len(arrays['paths'])
        shapes = [arrays[name].shape for name in ('stats', 'starts', 'rows')]
        starts = arrays['starts']
        if (
            [arrays[name].dtype.kind for name in ARRAYS] != ['S', 'i', 'f', 'i']
            or shapes[:2] != [(count, 2), (count + 1,)]
            or shapes[2] != (starts[-1], 6)
            or starts[0]
            or (np.diff(starts) < 0).any()
        ):
            raise DataError('its arrays do not fit each other')
    except DataError as error:
        print_log(
            f'the label index {file} cannot be used ({error}) and is made again',
            'current',
        )
        return {}
    return arrays


def _find(
    old: dict[str, np.ndarray], paths: np.ndarray, stats: np.ndarray
) -> np.ndarray:
    """(n,) positions of the label files in the old index, -1 where they changed."""
    if not old:
        return np.full(len(paths), -1)
    places = {path: index for index, path in enumerate(old['paths'].tolist())}
    source = np.array([places.get(path, -1) for path in paths.tolist()])
    changed = (old['stats'][source] != stats).any(axis=1)
    return np.where(changed, -1, source)


def _rows_of(old: dict[str, np.ndarray], index: int) -> np.ndarray:
    return old['rows'][old['starts'][index] : old['starts'][index + 1]]


def _save(file: Path | None, arrays: dict[str, np.ndarray]) -> None:
    """Replace an index; if it cannot be written, the next start reads all labels."""
    if file is None:
        return
    try:
        with atomic_path(file) as temporary, temporary.open('wb') as stream:
            np.savez(stream, allow_pickle=False, **arrays)
    except (OSError, OutputError) as error:
        print_log(
            f'the label index is not kept: {error}. Set index_dir of the data set '
            'to a folder that you may write to, or to None',
            'current',
        )
