"""Converting CrowdHuman, with one identity for each box or without identities."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fairmot_mm.datasets.converters.conversion_report import ConversionReport
from fairmot_mm.datasets.converters.jde_writer import write_jde_set
from fairmot_mm.datasets.converters.label_part import (
    ALL_IMAGES,
    SourcePart,
    read_sizes,
)
from fairmot_mm.datasets.converters.target import Target
from fairmot_mm.utils import DataError
from fairmot_mm.utils.file_listing import find_images
from fairmot_mm.utils.text_files import read_lines

IDENTITIES = ('per-box', 'none')
SPLITS = ('train', 'val')
_LINES_A_JOB = 200


@dataclass(frozen=True)
class _Lines:
    """Some lines of an annotation file, and the images that they annotate."""

    file: Path
    first: int
    texts: list[str]
    images: dict[str, Path]
    has_ids: bool


def convert_crowdhuman(
    source: str | Path,
    out: str | Path,
    name: str = 'crowdhuman',
    *,
    identities: str = 'per-box',
    keep_ignored: bool = False,
    copy: bool = False,
    workers: int | None = None,
    show_progress: bool = False,
) -> ConversionReport:
    """Convert ``annotation_train.odgt`` and ``annotation_val.odgt``.

    Writes ``OUT/NAME/images/{train,val}``, the labels next to them and the lists
    ``OUT/name.train`` and ``OUT/name.val``; see `write_jde_set`. As published, a box is
    the full body (``fbox``), which may reach beyond the image, and those with
    ``extra.ignore`` are left out by default. Unlike the published script, boxes are
    divided by the size of the image after its EXIF orientation is applied, and an image
    without a remaining box gets an empty label file.

    Args:
        source: Folder of the annotations, with the images anywhere below. Nothing is
            written there.
        out: Data root of the training configs.
        name: Name of the set. Both kinds of identities can be kept under two names.
        identities: 'per-box' gives every box its own identity, counted from 0 in each
            list, for self-supervised pretraining. 'none' gives no box an identity, for
            training detection only.
        keep_ignored: Make ignore regions of boxes with ``extra.ignore``.
        copy: Copy images rather than link to them.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw progress bars.

    Raises:
        DataError: The folder has no annotations, or a line or an image is malformed or
            missing.
        OutputError: ``out`` cannot be written.
    """
    if identities not in IDENTITIES:
        raise DataError(
            f'identities = {identities!r}: choose one of {", ".join(IDENTITIES)}'
        )
    source = Path(source)
    files = [source / f'annotation_{split}.odgt' for split in SPLITS]
    files = [file for file in files if file.is_file()]
    if not files:
        raise DataError(f'{source} has neither annotation_train.odgt nor _val.odgt')
    images = _find_images(source)
    jobs = []
    for file in files:
        texts = read_lines(file)
        texts = texts[: len(texts) - (texts[-1] == '')]
        for first in range(0, len(texts), _LINES_A_JOB):
            chosen = texts[first : first + _LINES_A_JOB]
            ids = [_image_id(file, first + k, text) for k, text in enumerate(chosen, 1)]
            own = {ident: images[ident] for ident in ids if ident in images}
            jobs.append(_Lines(file, first, chosen, own, identities == 'per-box'))
    target = Target(Path(out), name, copy, workers, show_progress)
    return write_jde_set(target, jobs, _read_lines, SPLITS, keep_ignored=keep_ignored)


def _find_images(source: Path) -> dict[str, Path]:
    """Find the image of each ID; the archives unpack to folders of various names."""
    images: dict[str, Path] = {}
    for path in find_images(source):
        images.setdefault(path.stem, path)
    return images


def _image_id(file: Path, number: int, text: str) -> str:
    try:
        return str(json.loads(text)['ID'])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(
            f'{file}, line {number}: not an annotation ({error!r})'
        ) from error


def _read_lines(job: _Lines) -> SourcePart:
    split = job.file.stem.removeprefix('annotation_')
    images: list[Path] = []
    place, boxes, ignored = [], [], []
    for number, text in enumerate(job.texts, job.first + 1):
        where = f'{job.file}, line {number}'
        entry = json.loads(text)
        image = job.images.get(str(entry['ID']))
        if image is None:
            raise DataError(f'{where}: image {entry["ID"]} is not in {job.file.parent}')
        try:
            for box in entry['gtboxes']:
                if not isinstance(box['fbox'], list):
                    raise TypeError(f'fbox {box["fbox"]!r:.80} is not a list')
                boxes.append([float(value) for value in box['fbox']])
                ignored.append(box.get('extra', {}).get('ignore') == 1)
                place.append(len(images))
                if len(boxes[-1]) != 4:
                    raise ValueError(f'fbox {box["fbox"]} has not 4 numbers')
        except (
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
            OverflowError,
        ) as error:
            raise DataError(f'{where}: not an annotation ({error!r})') from error
        images.append(image)
    count = len(boxes)
    return SourcePart(
        split,
        images,
        read_sizes(images),
        image=np.array(place, np.int64),
        names=np.full(count, 'person', object),
        ids=np.arange(count) if job.has_ids else np.full(count, -1),
        tlwh=np.array(boxes, np.float64).reshape(-1, 4),
        flagged={'extra.ignore is 1': np.array(ignored, bool)},
        lists={split: ALL_IMAGES},
        file=job.file,
    )
