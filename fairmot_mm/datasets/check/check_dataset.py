"""Checking a data set before it is trained on."""

import filecmp
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from fairmot_mm.datasets.check.check_classes import (
    check_classes,
    check_ground_truth_classes,
)
from fairmot_mm.datasets.check.check_image import (
    ImageCheck,
    check_background,
    check_image,
)
from fairmot_mm.datasets.check.check_report import CheckReport
from fairmot_mm.datasets.check.problem import KINDS, Problem
from fairmot_mm.datasets.converters.list_count import ListCount
from fairmot_mm.datasets.label_files import label_name, listed_images
from fairmot_mm.utils import (
    DataError,
    MOTRows,
    SequenceInfo,
    list_images,
    map_parallel,
    natural_order,
)
from fairmot_mm.utils.class_files import class_names_of

_IMAGES_A_JOB = 200
# In every data set with tracks, the mean track is longer than this many boxes.
_LEAST_BOXES_A_TRACK = 1.25


def check_dataset(
    data_root: str | Path,
    train: Sequence[str | Path],
    val: Sequence[str | Path] = (),
    *,
    background: Sequence[str | Path] = (),
    val_images: Iterable[str | Path] = (),
    num_classes: int = 1,
    class_names: Sequence[str] = (),
    clipped: bool = False,
    decode: bool = False,
    allow: Collection[str] = (),
    workers: int | None = None,
    show_progress: bool = False,
) -> CheckReport:
    """Check lists, labels and images of a data set, and training against validation.

    Args:
        data_root: Folder that the paths of the lists are relative to.
        train: Lists to train on, relative to ``data_root`` unless absolute.
        val: Lists, or folders of MOTChallenge sequences, to test on.
        background: Lists of images without people to train on; labels are not needed.
        val_images: Further images to test on.
        num_classes: Number of classes of the labels.
        class_names: Their names, for messages.
        clipped: Boxes must not reach beyond the image, as published for MOT20.
        decode: Decode every image; otherwise only its header is read.
        allow: Kinds of problems, see `KINDS`, that are intended in this data set and
            are not reported.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw a progress bar.

    Returns:
        The problems that were found, and what each list holds.

    Raises:
        DataError: ``allow`` has an unknown kind.
    """
    unknown = sorted(set(allow) - set(KINDS))
    if unknown:
        raise DataError(
            f'{unknown[0]!r} is not a kind of problem: choose among {", ".join(KINDS)}'
        )
    root, report = Path(data_root), CheckReport()
    check = partial(
        check_image, num_classes=num_classes, clipped=clipped, decode=decode
    )
    folders = [path for path in val if (root / path).is_dir()]
    trained = [root / path for path in train]
    lists = [*trained, *(root / path for path in val if path not in folders)]
    unlabelled = [root / path for path in background]
    images: dict[Path, list[Path]] = {}
    tested_classes: set[int] = set()
    for file in (*lists, *unlabelled):
        is_background = file in unlabelled
        found = map_parallel(
            partial(check_background, decode=decode) if is_background else check,
            _read_list(file, root, report.problems, is_background),
            chunk=_IMAGES_A_JOB,
            workers=workers,
            description=file.name,
            show_progress=show_progress,
        )
        report.problems += [problem for one in found for problem in one.problems]
        report.problems += _check_identities(file, found)
        report.lists[file] = _count(found, num_classes)
        images[file] = [one.image for one in found]
        boxes = report.trained_classes if file in trained else tested_classes
        boxes.update(label for one in found for label, _, _ in one.boxes)
    names = class_names or [str(number) for number in range(num_classes)]
    for paths, boxes in (
        (trained, report.trained_classes),
        ([file for file in lists if file not in trained], tested_classes),
    ):
        if any(images[file] for file in paths):
            where = ', '.join(map(str, paths))
            report.problems += check_classes(boxes, names, where)
    tested = [Path(path) for path in val_images]
    for folder in folders:
        tested += _sequence_images(root / folder, report.problems)
    train_files = dict.fromkeys(root / path for path in (*train, *background))
    for file, paths in images.items():
        tested += paths if file not in train_files else []
    for file in train_files:
        report.problems += _trained_and_tested(file, images[file], tested)
    report.problems = [one for one in report.problems if one.kind not in allow]
    return report


def _read_list(
    file: Path, root: Path, problems: list[Problem], is_background: bool
) -> list[ImageCheck]:
    """Images of a list, not checked yet; appends to ``problems``."""
    try:
        names = listed_images(file)
    except DataError as error:
        problems.append(Problem('bad-list', str(file), str(error)))
        return []
    found, seen = [], dict[PurePosixPath, int]()
    for number, name in names:
        image, where = PurePosixPath(name), f'{file}, line {number}'
        try:
            label = label_name(name, root)
        except DataError as error:
            if not is_background:
                problems.append(Problem('bad-list', where, str(error)))
                continue
            label = name  # in no folder `images`, so that it can have no label
        first = seen.setdefault(image, number)
        if first != number:
            what = f'{image}, as in line {first}'
            problems.append(Problem('listed-twice', where, what))
            continue
        found.append(ImageCheck(root / image, root / label))
    if not found:
        problems.append(Problem('bad-list', str(file), 'the list names no image'))
    return found


def _check_identities(file: Path, found: Sequence[ImageCheck]) -> Iterator[Problem]:
    """Find what is wrong with the identities of a list as a whole."""
    folders: dict[Path, list[ImageCheck]] = defaultdict(list)
    for one in found:
        folders[one.image.parent].append(one)
    home: dict[tuple[int, int], str] = {}
    for folder, own in folders.items():
        first: dict[tuple[int, int], str] = {}
        num_boxes = 0
        for one in own:
            for label, identity, number in one.boxes:
                if identity >= 0:
                    num_boxes += 1
                    first.setdefault((label, identity), f'{one.label}, line {number}')
        num_images = sum(bool(one.boxes) for one in own)
        is_short = num_boxes < _LEAST_BOXES_A_TRACK * len(first)
        if (
            first
            and num_images >= 3
            and (num_boxes == len(first) or (is_short and num_boxes > 20))
        ):
            is_video = folder.name == 'img1'
            yield Problem(
                'exploded-identities' if is_video else 'one-box-identities',
                str(own[0].label.parent),
                f'{num_boxes} boxes have {len(first)} identities',
            )
        for key, where in first.items():
            other = home.setdefault(key, where)
            if other != where:
                yield Problem(
                    'shared-identity', where, f'identity {key[1]}, as in {other}'
                )
    largest = max((identity for _, identity in home), default=-1)
    if largest + 1 > 2 * len({identity for _, identity in home}) + 100:
        yield Problem(
            'unused-identities',
            str(file),
            f'{len(home)} identities are numbered up to {largest}, and the classifier '
            'gets a class for each number: number them without gaps',
        )


def _count(found: Sequence[ImageCheck], num_classes: int) -> ListCount:
    boxes = [(label, identity) for one in found for label, identity, _ in one.boxes]
    ignored = sum(one.ignored for one in found)
    ids = Counter(label for label, identity in set(boxes) if identity >= 0)
    per_class = [ids[k] for k in range(num_classes)]
    return ListCount(len(found), len(boxes), per_class, ignored)


def _sequence_images(root: Path, problems: list[Problem]) -> Iterator[Path]:
    """Images of the sequence folders in ``root``; appends to ``problems``."""
    folders = (path for path in root.iterdir() if path.is_dir())
    truths: dict[tuple[str, ...], list[MOTRows]] = defaultdict(list)
    for folder in sorted(folders, key=lambda path: natural_order(path.name)):
        image_dir = folder / 'img1'
        if not image_dir.is_dir():
            continue
        yield from list_images(image_dir)
        gt_file = folder / 'gt/gt.txt'
        for kind, name in (
            ('no-seqinfo', 'seqinfo.ini'),
            ('no-ground-truth', 'gt/gt.txt'),
        ):
            if not (folder / name).is_file():
                problems.append(Problem(kind, str(folder), f'no {name}'))
        if gt_file.is_file():
            try:
                rows = SequenceInfo.read(folder).read_ground_truth()
                truths[tuple(class_names_of(gt_file))].append(rows)
            except DataError as error:
                problems.append(Problem('bad-ground-truth', str(folder), str(error)))
    problems += check_ground_truth_classes(root, truths)


def _trained_and_tested(
    file: Path, train: Sequence[Path], tested: Sequence[Path]
) -> Iterator[Problem]:
    """Images of a list that are also tested on, directly, by a link or as a copy."""
    links = {path.resolve(): path for path in tested}
    sizes = defaultdict(list)
    for path in links:
        if path.is_file():
            sizes[path.stat().st_size].append(path)
    for image in train:
        real = image.resolve()
        copies = sizes.get(real.stat().st_size, ()) if real.is_file() else ()
        same = links.get(real) or next(
            (path for path in copies if filecmp.cmp(path, real, shallow=False)), None
        )
        if same is not None:
            yield Problem(
                'train-val-overlap', str(file), f'{image} is also tested on: {same}'
            )
