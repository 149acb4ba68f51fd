"""Writing a data set in the layout of JDE so that it is complete or not listed."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TypeVar

import numpy as np

from fairmot_mm.datasets.converters.class_map import PEDESTRIAN_ONLY, ClassMap
from fairmot_mm.datasets.converters.conversion_report import ConversionReport
from fairmot_mm.datasets.converters.ground_truth import write_ground_truth
from fairmot_mm.datasets.converters.label_part import LabelPart, SourcePart, make_part
from fairmot_mm.datasets.converters.list_count import ListCount
from fairmot_mm.datasets.converters.target import Target, place_file
from fairmot_mm.datasets.label_files import IMAGE_DIR, LABEL_DIR
from fairmot_mm.utils import (
    DataError,
    OutputError,
    UserInputError,
    frame_numbers,
    map_parallel,
    require_writable_dir,
    sort_images,
    write_text,
)
from fairmot_mm.utils.sequence import write_seqinfo

Job = TypeVar('Job')
_STAGING = '.converting'


def write_jde_set(
    target: Target,
    jobs: Sequence[Job],
    read: Callable[[Job], SourcePart],
    endings: Sequence[str],
    *,
    classes: Sequence[str] = PEDESTRIAN_ONLY,
    ignore_classes: Sequence[str] = (),
    keep_ignored: bool = False,
    clip: bool = False,
    first_id: int = 0,
    named: bool = False,
    finish: Callable[[Path], list[Path]] | None = None,
) -> ConversionReport:
    """Write images, labels and lists of a data set.

    ``OUT/NAME/images/FOLDER/*`` are links to the source images, or copies.
    ``OUT/NAME/labels_with_ids/FOLDER/*.txt`` has one file for each image, with lines
    ``class id cx cy w h``; the file of an image without boxes is empty, and an ignore
    region has class and id -1. The lists
    ``OUT/name.ENDING`` are removed first and written last, so that everything is
    complete that an existing list names. New labels are written to a hidden folder and
    moved to their places together. The next run removes what an interrupted run left
    there. Converting again replaces labels and lists, and never adds to them.

    Identities of each class count from ``first_id``, in the order of jobs, then by raw
    id.

    Args:
        target: Where to write.
        jobs: Descriptions of the parts.
        read: Reads the part that a job describes, in any process; it writes nothing.
        endings: The endings of all lists that this kind of conversion may write.
        classes: See `ClassMap`.
        ignore_classes: See `ClassMap`.
        keep_ignored: See `make_part`.
        clip: Clip boxes to the image.
        first_id: The lowest identity of each class.
        named: Name the classes of the ground truth of videos in ``labels.txt`` even if
            there is one; of several they are named in any case.
        finish: Called with the hidden folder before its content is moved, to add
            folders to it; returns their paths relative to the hidden folder.

    Returns:
        The lists that were written, and the number of boxes left out by reason.

    Raises:
        DataError: The source is malformed, or none of its boxes can be used.
        OutputError: The target cannot be written, or has different images with the
            same names.
    """
    class_map = ClassMap(classes, ignore_classes)
    for what, name in [('set name', target.name), *(('ending', e) for e in endings)]:
        if not name or name.startswith('.') or Path(name).name != name:
            raise DataError(f'{what} {name!r} must be a plain name such as MOT17, val')
    folder = require_writable_dir(target.folder)
    # A list may exist only while all files that it names are complete.
    for ending in endings:
        target.list_file(ending).unlink(missing_ok=True)
    staging = folder / _STAGING
    shutil.rmtree(staging, ignore_errors=True)
    look: dict = {'workers': target.workers, 'show_progress': target.show_progress}
    try:
        staging.mkdir()
        label = partial(
            _label, read, class_map, {'clip': clip, 'keep_ignored': keep_ignored}
        )
        parts = map_parallel(label, jobs, description=f'{target.name}: reading', **look)
        _check_parts(parts, target)
        _number_identities(parts, first_id, len(class_map))
        names = class_map.names if named or len(class_map) > 1 else ()
        write = partial(_write_part, folder, staging, target.copy, names)
        map_parallel(write, parts, description=f'{target.name}: writing', **look)
        places = _roots(Path(LABEL_DIR, part.source.folder) for part in parts)
        places += [place for part in parts for place in _sequence_files(part)]
        places += finish(staging) if finish else []
        for place in places:
            _move_into_place(staging, folder, place)
    except OSError as error:
        if isinstance(error, UserInputError):
            raise
        raise OutputError(f'{target.name} is not converted: {error}') from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if not any(folder.iterdir()):  # the source could not be read
            folder.rmdir()
    return _write_lists(target, parts, class_map.names)


def _label(
    read: Callable[[Job], SourcePart],
    class_map: ClassMap,
    options: dict[str, bool],
    job: Job,
) -> LabelPart:
    return make_part(read(job), class_map, **options)


def _check_parts(parts: Sequence[LabelPart], target: Target) -> None:
    rejected = sum((part.rejected for part in parts), Counter[str]())
    if not any(len(part.boxes) for part in parts):
        reasons = [f'{number} {why}' for why, number in rejected.items()]
        raise DataError(
            f'no box of {target.name} can be used: '
            f'{", ".join(reasons) or "there is none in the source"}'
        )
    seen: dict[tuple[str, str], Path] = {}
    videos: dict[str, SourcePart] = {}
    for part in parts:
        source = part.source
        is_video = source.frame_rate is not None
        if is_video:
            _check_order(source)
        if is_video and videos.setdefault(source.folder, source) is not source:
            raise DataError(f'two videos would share the folder {source.folder}')
        for image in source.images:
            other = seen.setdefault((source.folder, image.stem), image)
            if other is not image:
                raise DataError(
                    f'{other} and {image} would share one label file: rename one'
                )
            path = f'{source.folder}/{image.name}'
            if path != path.strip() or '\n' in path or '\r' in path:
                raise DataError(
                    f'{str(image)!r} cannot be a line of a list: rename it without '
                    'line breaks, and without spaces at its ends'
                )


def _check_order(source: SourcePart) -> None:
    """Raise if the frames of a video would be in another order where they are put."""
    places = _video_places(source)
    for image, one, other in zip(
        source.images, places, sort_images(places), strict=True
    ):
        if one != other:
            raise DataError(
                f'{image} is not in its place by name: the frames of a video are read '
                f'in the order of their names, so {other.name} would come before '
                f'{one.name}; rename the images, for example to 000001.jpg and so on'
            )


def _video_places(source: SourcePart) -> list[Path]:
    """Where the images of a video are put, below ``images``."""
    return [Path(source.folder, image.name) for image in source.images]


def _number_identities(
    parts: Sequence[LabelPart], first_id: int, num_classes: int
) -> None:
    """Number identities from ``first_id`` without gaps, in place."""
    offsets: dict[tuple[str, int], int] = defaultdict(lambda: first_id)
    for part in parts:
        for label in range(num_classes):
            chosen = (part.labels == label) & (part.ids >= 0)
            unique, inverse = np.unique(part.ids[chosen], return_inverse=True)
            key = next(iter(part.source.lists)), label
            part.ids[chosen] = offsets[key] + inverse
            offsets[key] += len(unique)


def _write_part(
    folder: Path, staging: Path, copy: bool, names: Sequence[str], part: LabelPart
) -> None:
    source = part.source
    images = require_writable_dir(folder / IMAGE_DIR / source.folder)
    labels = staging / LABEL_DIR / source.folder
    labels.mkdir(parents=True, exist_ok=True)
    for image, text in zip(source.images, part.texts(), strict=True):
        place_file(image, images / image.name, copy, staging)
        (labels / f'{image.stem}.txt').write_text(text)
    if source.frame_rate is not None:
        sequence = (staging / IMAGE_DIR / source.folder).parent
        sequence.mkdir(parents=True, exist_ok=True)
        size = tuple(source.sizes[0].tolist())
        write_seqinfo(sequence, sequence.name, source.frame_rate, size, source.images)
        frames = frame_numbers(_video_places(source))
        write_ground_truth(sequence, part, frames, names)
    for place, file in source.side_files.items():
        side_file = folder / IMAGE_DIR / place
        require_writable_dir(side_file.parent)
        place_file(file, side_file, copy, staging)


def _sequence_files(part: LabelPart) -> list[Path]:
    if part.source.frame_rate is None:
        return []
    sequence = Path(IMAGE_DIR, part.source.folder).parent
    return [sequence / 'seqinfo.ini', sequence / 'gt']


def _roots(folders: Iterable[Path]) -> list[Path]:
    """The folders that do not lie in another of them."""
    unique = set(folders)
    return sorted(path for path in unique if unique.isdisjoint(path.parents))


def _move_into_place(staging: Path, folder: Path, place: Path) -> None:
    """Move ``place`` from the staging folder to ``folder``, replacing an older one."""
    target = folder / place
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        old = staging / '.old' / place
        old.parent.mkdir(parents=True, exist_ok=True)
        target.replace(old)
    (staging / place).replace(target)


def _write_lists(
    target: Target, parts: Sequence[LabelPart], names: Sequence[str]
) -> ConversionReport:
    lines: dict[str, list[str]] = defaultdict(list)
    counts: dict[str, ListCount] = defaultdict(ListCount)
    ids: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for part in parts:
        images = part.source.images
        where = PurePosixPath(target.name, IMAGE_DIR, part.source.folder)
        for ending, chosen in part.source.lists.items():
            lines[ending] += [f'{where / image.name}\n' for image in images[chosen]]
            listed = np.zeros(len(images), bool)
            listed[chosen] = True
            inside = listed[part.image]
            counts[ending].add(len(images[chosen]), part.labels[inside])
            known = inside & (part.ids >= 0)
            ids[ending].update(
                zip(part.labels[known].tolist(), part.ids[known].tolist(), strict=True)
            )
    report = ConversionReport(
        rejected=sum((part.rejected for part in parts), Counter[str]())
    )
    for ending, paths in lines.items():
        count = Counter(label for label, _ in ids[ending])
        write_text(target.list_file(ending), ''.join(paths))
        counts[ending].ids = [count[k] for k in range(len(names))]
        report.lists[target.list_file(ending)] = counts[ending]
    labels = np.concatenate([part.labels for part in parts])
    report.notes += [
        f'class {name} has no box'
        for label, name in enumerate(names)
        if not (labels == label).any()
    ]
    return report
