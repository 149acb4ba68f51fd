"""Preparing the sets that JDE distributes with labels: its MIX without MOT17."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fairmot_mm.datasets.converters.conversion_report import ConversionReport
from fairmot_mm.datasets.converters.image_list import count_labels, make_list
from fairmot_mm.datasets.label_files import label_name, listed_images
from fairmot_mm.utils import DataError, OutputError, require_writable_dir, write_text
from fairmot_mm.utils.text_files import read_text


@dataclass(frozen=True)
class MixSet:
    """Where the images of a set lie, and which lists it has.

    Attributes:
        folder: Folder of the set below the data root.
        lists: For each ending of a list, the pattern of its images below the folder.
        published: Number of images in each published list.
    """

    folder: str
    lists: Mapping[str, str]
    published: Mapping[str, int]


MIX_SETS = {
    # set06 to set10 are Caltech's test sets; the published list has the first of them.
    'caltech': MixSet('Caltech', {'all': 'data/images/set0[0-6]_*'}, {'all': 26915}),
    'citypersons': MixSet(
        'Cityscapes',
        {'train': 'images/train', 'val': 'images/val'},
        {'train': 2500, 'val': 441},
    ),
    'cuhksysu': MixSet('CUHKSYSU', {'train': 'images'}, {'train': 11206}),
    'prw': MixSet('PRW', {'train': 'images'}, {'train': 5701}),
    'eth': MixSet('ETHZ', {'train': '*/images'}, {'train': 2056}),
}


def prepare_mix_set(
    name: str,
    source: str | Path,
    out: str | Path,
    *,
    lists: Sequence[str | Path] = (),
    workers: int | None = None,
    show_progress: bool = False,
) -> ConversionReport:
    """Link a set of the MIX into the data root, check its labels, write its lists.

    The labels come with the images. They are read and never changed. Unless ``source``
    already is the folder of the set below ``out``, a link to ``source`` is made there.
    Lists have the published names: ``OUT/caltech.all``, ``OUT/citypersons.train``.

    Without ``lists``, a list has every image with a label file. CUHK-SYSU and PRW keep
    training and test images in one folder: if the archive has labels of both, give the
    published list.

    Args:
        name: One of `MIX_SETS`.
        source: The unpacked folder, with ``images`` and ``labels_with_ids`` in it or
            further below. Nothing is written there.
        out: Data root of the training configs.
        lists: Published list files of this set, such as ``cuhksysu.train``, to use as
            they are.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw progress bars.

    Raises:
        DataError: The set, an image of a published list, or a label file is missing or
            malformed.
        OutputError: ``out`` cannot be written, or has a different folder of this name.
    """
    if name not in MIX_SETS:
        raise DataError(
            f'{name!r} is not a set of the MIX: choose one of {", ".join(MIX_SETS)}'
        )
    kind, source = MIX_SETS[name], Path(source)
    if not source.is_dir():
        raise DataError(f'{source} is not a folder')
    look: dict = {'workers': workers, 'show_progress': show_progress}
    out = require_writable_dir(out)
    published = _published_lists(name, lists)
    for ending in kind.lists:
        (out / f'{name}.{ending}').unlink(missing_ok=True)
    _link(source, out / kind.folder)
    report = ConversionReport()
    for list_name, (text, names) in published.items():
        images = [PurePosixPath(image) for image in names]
        _require_files(out, images, list_name)
        report.lists[out / list_name] = count_labels(out, images, 1, **look)
        write_text(out / list_name, text)
    for ending, pattern in kind.lists.items() if not published else ():
        made = make_list(out, [f'{kind.folder}/{pattern}'], f'{name}.{ending}', **look)
        report.lists |= made.lists
        report.rejected_images += made.rejected_images
        count = made.lists[out / f'{name}.{ending}'].images
        if count != kind.published[ending]:
            report.notes.append(
                f'  note: the published {name}.{ending} has {kind.published[ending]} '
                f'images, this list has {count}'
            )
    return report


def _published_lists(
    name: str, lists: Sequence[str | Path]
) -> dict[str, tuple[str, list[str]]]:
    """Text of each list, and the paths of its images."""
    published = {}
    for file in map(Path, lists):
        if file.name.partition('.')[0] != name:
            raise DataError(
                f'{file} is not a list of {name}: its lists have names such as '
                f'{name}.train'
            )
        images = [image for _, image in listed_images(file)]
        published[file.name] = read_text(file), images
    return published


def _link(source: Path, folder: Path) -> None:
    if folder.exists():
        if folder.resolve() != source.resolve():
            raise OutputError(
                f'{folder} exists and is not {source}: remove it or give it as source'
            )
        return
    folder.unlink(missing_ok=True)  # a link to nowhere
    folder.symlink_to(source.resolve(), target_is_directory=True)


def _require_files(out: Path, images: Sequence[PurePosixPath], list_name: str) -> None:
    for number, image in enumerate(images, 1):
        for path in (out / image, out / label_name(str(image), out)):
            if not path.is_file():
                raise DataError(f'{list_name}, image {number}: {path} does not exist')
