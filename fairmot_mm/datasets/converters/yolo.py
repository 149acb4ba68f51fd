"""Converting folders of images with YOLO text files."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
import yaml

from fairmot_mm.datasets.converters.class_map import PEDESTRIAN_ONLY
from fairmot_mm.datasets.converters.conversion_report import ConversionReport
from fairmot_mm.datasets.converters.jde_writer import write_jde_set
from fairmot_mm.datasets.converters.label_part import (
    ALL_IMAGES,
    SourcePart,
    read_sizes,
)
from fairmot_mm.datasets.converters.target import Target
from fairmot_mm.utils import IMAGE_SUFFIXES, DataError, list_images, natural_order
from fairmot_mm.utils.boxes import cxcywh_to_tlwh
from fairmot_mm.utils.text_files import label_problem

_IMAGES, _LABELS = 'images', 'labels'


def convert_yolo(
    source: str | Path,
    out: str | Path,
    name: str,
    *,
    names: Sequence[str] | None = None,
    track_ids: bool = False,
    frame_rate: float = 30.0,
    classes: Sequence[str] = PEDESTRIAN_ONLY,
    clip: bool = False,
    copy: bool = False,
    workers: int | None = None,
    show_progress: bool = False,
) -> ConversionReport:
    """Convert ``SOURCE/images/**`` and their ``SOURCE/labels/**.txt``.

    Lines are ``class cx cy w h``, divided by the image size; these boxes have no
    identity. With ``track_ids`` lines are ``class cx cy w h id``, and each folder is a
    video, which becomes ``OUT/NAME/images/FOLDER/img1`` with ``seqinfo.ini`` and
    ``gt/gt.txt`` to test on. An image without a label file has no boxes.

    If all images lie in ``images/train``, ``images/val`` and ``images/test``, each of
    these becomes a list of that ending. Otherwise all images are in ``OUT/name.train``.
    See `write_jde_set`.

    Args:
        source: Folder of ``images`` and ``labels``. Nothing is written there.
        out: Data root of the training configs.
        name: Name of the set.
        names: Class names in the order of the class numbers in the label files, from 0.
            None reads them from ``SOURCE/classes.txt`` (one name on each line) or
            ``SOURCE/data.yaml`` (``names``).
        track_ids: The sixth column is an identity within the folder, -1 = none.
        frame_rate: Frames per second of videos, for ``seqinfo.ini``.
        classes: See `ClassMap`.
        clip: Clip boxes to the image.
        copy: Copy images rather than link to them.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw progress bars.

    Raises:
        DataError: The source has no images, or a label file is malformed.
        OutputError: ``out`` cannot be written.
    """
    source = Path(source)
    root = source / _IMAGES
    folders = {
        path.parent for path in root.rglob('*') if path.suffix.lower() in IMAGE_SUFFIXES
    }
    if not folders:
        raise DataError(f'{source} has no images in a folder {_IMAGES!r}')
    tops = {folder.relative_to(root).parts[:1] for folder in folders}
    endings = {'train'} if () in tops else {top[0] for top in tops}
    if not endings <= {'train', 'val', 'test'}:
        endings = {'train'}
    target = Target(Path(out), name, copy, workers, show_progress)
    target.require_apart(source)
    read = partial(
        _read_folder,
        source=source,
        names=list(names) if names else _read_names(source),
        frame_rate=frame_rate if track_ids else None,
        endings=endings,
    )
    jobs = sorted(folders, key=lambda folder: natural_order(str(folder)))
    return write_jde_set(
        target, jobs, read, ['train', 'val', 'test'], classes=classes, clip=clip
    )


def _read_names(source: Path) -> list[str]:
    text, data = source / 'classes.txt', source / 'data.yaml'
    if text.is_file():
        return [line for line in text.read_text().splitlines() if line.strip()]
    try:
        names = yaml.safe_load(data.read_text())['names']
        return [str(names[k]) for k in range(len(names))]
    except (OSError, KeyError, TypeError, yaml.YAMLError) as error:
        raise DataError(
            f'{source} has no classes.txt and no data.yaml with names: give the class '
            'names with --names'
        ) from error


def _read_folder(
    folder: Path,
    source: Path,
    names: list[str],
    frame_rate: float | None,
    endings: set[str],
) -> SourcePart:
    place = PurePosixPath(folder.relative_to(source / _IMAGES).as_posix())
    ending = place.parts[0] if place.parts and place.parts[0] in endings else 'train'
    images = list_images(folder)
    columns = 5 if frame_rate is None else 6
    if frame_rate is not None:
        _require_images(source / _LABELS / place, images)
    rows = []
    for index, image in enumerate(images):
        label = source / _LABELS / place / f'{image.stem}.txt'
        rows += _read_rows(label, index, columns, len(names))
    table = np.array(rows, np.float64).reshape(-1, columns + 1)
    sizes = read_sizes(images)
    own = table[:, 0].astype(np.int64)
    return SourcePart(
        (place / ('.' if frame_rate is None else 'img1')).as_posix(),
        images,
        sizes,
        image=own,
        names=np.array([names[int(k)] for k in table[:, 1]], object),
        ids=table[:, 6].astype(np.int64) if columns == 6 else np.full(len(own), -1),
        tlwh=cxcywh_to_tlwh(table[:, 2:6] * np.tile(sizes[own], 2)),
        lists={ending: ALL_IMAGES},
        frame_rate=frame_rate,
    )


def _require_images(labels: Path, images: Sequence[Path]) -> None:
    """Raise on a label file of a video whose frame has no image."""
    stems = {image.stem for image in images}
    alien = [
        file
        for file in labels.glob('*.txt')
        if file.stem not in stems and not file.name.startswith(('.', 'classes.'))
    ]
    if alien:
        names = ', '.join(sorted(file.stem for file in alien)[:5])
        raise DataError(
            f'{labels} has {len(alien)} label files of frames without an image: '
            f'{names}; {images[0].parent} must have an image for each of them'
        )


def _read_rows(
    label: Path, index: int, columns: int, num_names: int
) -> list[list[float]]:
    """Rows of a label file, each preceded by the index of its image."""
    rows = []
    lines = label.read_text().splitlines() if label.is_file() else []
    about = 'with track ids' if columns == 6 else 'without track ids'
    limit = f'{num_names} names were given'
    for number, words in enumerate(map(str.split, lines), 1):
        if not words:
            continue
        problem = label_problem(words, columns, about, num_names, limit, finite=False)
        if problem:
            raise DataError(f'{label}, line {number}: {problem[1]}')
        rows.append([float(index), *map(float, words)])
    return rows
