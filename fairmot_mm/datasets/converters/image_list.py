"""Writing lists of the images that have labels."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path, PurePosixPath

import numpy as np

from fairmot_mm.datasets.converters.conversion_report import ConversionReport
from fairmot_mm.datasets.converters.half_split import half_lists
from fairmot_mm.datasets.converters.list_count import ListCount
from fairmot_mm.datasets.label_files import IMAGE_DIR, label_name, read_labels
from fairmot_mm.utils import DataError, map_parallel, sort_images, write_text
from fairmot_mm.utils.file_listing import find_images, is_image

PARTS = ('all', *half_lists(0))
_IMAGES_A_JOB = 500


def make_list(
    root: str | Path,
    patterns: Sequence[str],
    list_file: str | Path,
    *,
    part: str = 'all',
    num_classes: int = 1,
    workers: int | None = None,
    show_progress: bool = False,
) -> ConversionReport:
    """Write a list of the images that match and have a label file.

    Labels are read and counted, so a malformed label is found here. The list is removed
    first and written last.

    Args:
        root: Data root of the training configs.
        patterns: Files or folders below ``root``, such as ``MOT17/images/train/*-SDP``.
            A folder stands for all images in it and below.
        list_file: The list, relative to ``root`` unless absolute.
        part: 'all' images of each folder, 'half' (the first ``int(n / 2)``), 'val'
            (the rest) or 'emb' (every third of the rest).
        num_classes: Number of classes of the labels.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw progress bars.

    Raises:
        DataError: Nothing matches, or a label file is malformed.
        OutputError: The list cannot be written.
    """
    if part not in PARTS:
        raise DataError(f'part = {part!r}: choose one of {", ".join(PARTS)}')
    root, report = Path(root), ConversionReport()
    list_file = root / list_file
    list_file.unlink(missing_ok=True)
    images = sort_images(
        {image for pattern in patterns for image in _matching(root, pattern)}
    )
    if not images:
        raise DataError(f'no image in {root} matches {" ".join(patterns)}')
    labelled = [image for image in images if _label(root, image).is_file()]
    report.rejected_images['an image without a label file'] = len(images) - len(
        labelled
    )
    if not labelled:
        raise DataError(f'none of {len(images)} images in {root} has a label file')
    chosen = []
    for _, group in groupby(labelled, key=lambda image: image.parent):
        of_folder = list(group)
        lists = {'all': slice(None), **half_lists(len(of_folder))}
        chosen += of_folder[lists[part]]
    report.lists[list_file] = count_labels(
        root, chosen, num_classes, workers=workers, show_progress=show_progress
    )
    write_text(list_file, ''.join(f'{image}\n' for image in chosen))
    return report


def count_labels(
    root: Path,
    images: Sequence[PurePosixPath],
    num_classes: int,
    *,
    workers: int | None = None,
    show_progress: bool = False,
) -> ListCount:
    """Read the labels of images and count them.

    Args:
        root: Data root.
        images: Images, relative to ``root``.
        num_classes: Number of classes of the labels.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw a progress bar.

    Returns:
        Number of images, boxes and identities.

    Raises:
        DataError: A label file is missing or malformed.
    """
    tables = map_parallel(
        partial(_read_table, root, num_classes),
        images,
        chunk=_IMAGES_A_JOB,
        workers=workers,
        description='reading labels',
        show_progress=show_progress,
    )
    rows = np.concatenate(tables)
    known = np.unique(rows[rows[:, 1] >= 0, :2], axis=0)
    ids = [int((known[:, 0] == label).sum()) for label in range(num_classes)]
    count = ListCount(ids=ids)
    count.add(len(images), rows[:, 0])
    return count


def _read_table(root: Path, num_classes: int, image: PurePosixPath) -> np.ndarray:
    return read_labels(_label(root, image), root / image, num_classes)


def _label(root: Path, image: PurePosixPath) -> Path:
    return root / label_name(str(image), root)


def _matching(root: Path, pattern: str) -> Iterator[PurePosixPath]:
    """Images in folders named 'images' that a pattern below ``root`` stands for."""
    is_name = (root / pattern).exists()  # such as a folder that is called [a] b
    for path in [root / pattern] if is_name else root.glob(pattern):
        for image in find_images(path) if path.is_dir() else [path]:
            relative = PurePosixPath(image.relative_to(root).as_posix())
            if is_image(image) and IMAGE_DIR in relative.parts[:-1]:
                yield relative
