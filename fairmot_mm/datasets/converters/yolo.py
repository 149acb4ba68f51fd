"""Converting folders of images with YOLO text files."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np

from fairmot_mm.datasets.converters.class_map import PEDESTRIAN_ONLY
from fairmot_mm.datasets.converters.conversion_report import ConversionReport
from fairmot_mm.datasets.converters.jde_writer import write_jde_set
from fairmot_mm.datasets.converters.label_part import (
    ALL_IMAGES,
    SourcePart,
    read_sizes,
)
from fairmot_mm.datasets.converters.target import Target
from fairmot_mm.datasets.label_lines import label_problem
from fairmot_mm.utils import DataError, list_images, natural_order
from fairmot_mm.utils.boxes import cxcywh_to_tlwh
from fairmot_mm.utils.file_listing import find_images
from fairmot_mm.utils.text_files import read_lines, read_names, read_yaml

_IMAGES, _LABELS, _SUFFIX = 'images', 'labels', '.txt'
_NO_LABELS = ('classes.txt', 'train.txt', 'val.txt', 'test.txt')


def convert_yolo(
    source: str | Path,
    out: str | Path,
    name: str,
    *,
    names: Sequence[str] | None = None,
    track_ids: bool = False,
    frame_rate: float = 30.0,
    classes: Sequence[str] = PEDESTRIAN_ONLY,
    ignore_classes: Sequence[str] = (),
    clip: bool = False,
    copy: bool = False,
    workers: int | None = None,
    show_progress: bool = False,
) -> ConversionReport:
    """Convert ``SOURCE/images/**`` and their ``SOURCE/labels/**.txt``.

    Lines are ``class cx cy w h``, divided by the image size; these boxes have no
    identity. With ``track_ids`` lines are ``class cx cy w h id``, and each folder is a
    video, which becomes ``OUT/NAME/images/FOLDER/img1`` with ``seqinfo.ini`` and
    ``gt/gt.txt`` to test on. An image without a label file has no boxes. Where there is
    no folder ``labels``, label files lie beside the images. ``Images`` and ``Labels``
    are taken as well.

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
        ignore_classes: Names of classes whose boxes become ignore regions, in which
            nothing is trained; see `write_jde_set`.
        clip: Clip boxes to the image.
        copy: Copy images rather than link to them.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw progress bars.

    Raises:
        DataError: The source has no images, or a label file is malformed.
        OutputError: ``out`` cannot be written.
    """
    source = Path(source)
    root = _subfolder(source, _IMAGES)
    images = list(find_images(root)) if root else []
    if not (root and images):
        raise DataError(f'{source} has no images in a folder {_IMAGES!r}')
    folders = {image.parent for image in images}
    labels = _subfolder(source, _LABELS) or root
    unused = _count_unused(root, images, labels)
    tops = {folder.relative_to(root).parts[:1] for folder in folders}
    endings = {'train'} if () in tops else {top[0] for top in tops}
    if not endings <= {'train', 'val', 'test'}:
        endings = {'train'}
    target = Target(Path(out), name, copy, workers, show_progress)
    target.require_apart(source)
    read = partial(
        _read_folder,
        root=root,
        labels=labels,
        names=list(names) if names else _read_names(source),
        frame_rate=frame_rate if track_ids else None,
        endings=endings,
    )
    jobs = sorted(folders, key=lambda folder: natural_order(str(folder)))
    report = write_jde_set(
        target,
        jobs,
        read,
        ['train', 'val', 'test'],
        classes=classes,
        ignore_classes=ignore_classes,
        clip=clip,
    )
    report.rejected_images['a label file without an image'] = unused
    return report


def _subfolder(source: Path, name: str) -> Path | None:
    """Folder of a name, in any case of letters if there is none in lower case."""
    if (source / name).is_dir():
        return source / name
    if not source.is_dir():
        raise DataError(f'{source} is not a folder')
    alike = [path for path in source.iterdir() if path.name.lower() == name]
    if len(alike) > 1:
        raise DataError(
            f'{source} has {" and ".join(sorted(path.name for path in alike))}: rename '
            f'the one to use to {name!r}'
        )
    return alike[0] if alike and alike[0].is_dir() else None


def _count_unused(root: Path, images: Sequence[Path], labels: Path) -> int:
    """Count label files that belong to no image; raise if this is so for all."""
    found = {
        file.relative_to(labels).with_suffix('')
        for folder in [labels, *labels.rglob('*/')]
        for file in _label_files(folder).values()
        if file.name not in _NO_LABELS
    }
    unused = found - {image.relative_to(root).with_suffix('') for image in images}
    if len(unused) == len(found):
        example = labels / images[0].relative_to(root).with_suffix(_SUFFIX)
        raise DataError(
            f'none of {len(found)} label files in {labels} belongs to an image: the '
            f'label file of {images[0]} would be {example}'
        )
    return len(unused)


def _read_names(source: Path) -> list[str]:
    text, data = source / 'classes.txt', source / 'data.yaml'
    if text.is_file():
        return read_names(text)
    hint = 'give the class names with --names'
    if not data.is_file():
        raise DataError(f'{source} has no classes.txt and no data.yaml: {hint}')
    content = read_yaml(data)
    names = content.get('names') if isinstance(content, dict) else None
    if isinstance(names, dict) and set(names) == set(range(len(names))):
        names = [names[number] for number in range(len(names))]
    if not isinstance(names, list) or not names:
        raise DataError(
            f'{data} has no names (a list, or numbers from 0 without gaps): {hint}'
        )
    return [str(name) for name in names]


def _read_folder(
    folder: Path,
    root: Path,
    labels: Path,
    names: list[str],
    frame_rate: float | None,
    endings: set[str],
) -> SourcePart:
    place = PurePosixPath(folder.relative_to(root).as_posix())
    ending = place.parts[0] if place.parts and place.parts[0] in endings else 'train'
    images = list_images(folder)
    has_ids = frame_rate is not None
    files = _label_files(labels / place)
    if has_ids:
        _require_images(labels / place, files, images)
    rows = []
    for index, image in enumerate(images):
        if image.stem in files:
            rows += _read_rows(files[image.stem], index, has_ids, len(names))
    table = np.array(rows, np.float64).reshape(-1, 7)
    sizes = read_sizes(images)
    own = table[:, 0].astype(np.int64)
    return SourcePart(
        (place / ('img1' if has_ids else '.')).as_posix(),
        images,
        sizes,
        image=own,
        names=np.array([names[int(k)] for k in table[:, 1]], object),
        ids=table[:, 6].astype(np.int64),
        tlwh=cxcywh_to_tlwh(table[:, 2:6] * np.tile(sizes[own], 2)),
        lists={ending: ALL_IMAGES},
        frame_rate=frame_rate,
        file=labels / place,
    )


def _require_images(
    labels: Path, files: Mapping[str, Path], images: Sequence[Path]
) -> None:
    """Raise on a label file of a video whose frame has no image."""
    stems = {image.stem for image in images}
    unused = [
        file.name
        for stem, file in files.items()
        if stem not in stems and file.name not in _NO_LABELS
    ]
    if unused:
        raise DataError(
            f'{labels} has {len(unused)} label files of frames without an image: '
            f'{", ".join(sorted(unused, key=natural_order)[:5])}; {images[0].parent} '
            'must have an image for each of them'
        )


def _label_files(folder: Path) -> dict[str, Path]:
    """Label files of a folder by the name of their image."""
    if not folder.is_dir():
        return {}
    files = [path for path in folder.iterdir() if path.suffix.lower() == _SUFFIX]
    return {path.stem: path for path in files if not path.name.startswith('.')}


def _read_rows(
    label: Path, index: int, has_ids: bool, num_names: int
) -> list[list[float]]:
    """Rows of a label file: index of the image, class, cx, cy, w, h, identity."""
    rows = []
    columns, about = ('class cx cy w h', 'without track ids: ')
    if has_ids:
        columns, about = (f'{columns} id', 'with track ids: ')
    limit = f'{num_names} names were given'
    for number, line in enumerate(read_lines(label), 1):
        words = line.split()
        if not words:
            continue
        problem = label_problem(words, columns, num_names, limit, about, finite=False)
        if problem:
            raise DataError(f'{label}, line {number}: {problem[1]}')
        values = [float(word) for word in words]
        rows.append([float(index), *values[:5], values[5] if has_ids else -1.0])
    return rows
