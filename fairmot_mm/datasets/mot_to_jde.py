"""Convert MOTChallenge ground truth to the label layout that training reads."""

import filecmp
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

from fairmot_mm.utils import (
    DataError,
    MOTRows,
    OutputError,
    SequenceInfo,
    atomic_path,
    read_mot,
    require_writable_dir,
    write_text,
)

SPLITS = ('all', 'first-half', 'second-half')
_PEDESTRIAN = 1


@dataclass
class ConversionReport:
    """What a conversion did.

    Attributes:
        image_list: The list file that was written.
        num_images: Images in it.
        num_boxes: Label lines of these images.
        num_ids: Identities of the whole set; those of a half are a subset of them.
        rejected: Number of ground truth rows left out, by reason.
    """

    image_list: Path
    num_images: int = 0
    num_boxes: int = 0
    num_ids: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        lines = [
            f'{self.image_list}: {self.num_images} images, {self.num_boxes} boxes, '
            f'{self.num_ids} identities'
        ]
        lines += [
            f'  left out: {n} rows, {why}' for why, n in self.rejected.items() if n
        ]
        return '\n'.join(lines)


def find_sequences(
    source: str | Path, names: Sequence[str] | None = None
) -> list[SequenceInfo]:
    """Sequence folders of ``source`` that have ground truth, in name order.

    Args:
        source: Folder of sequences, such as ``MOT17/train``.
        names: Those wanted; None takes all. The order of the result is by name either
            way, so that identities do not depend on how names were typed.

    Raises:
        DataError: ``source`` has no such sequence.
    """
    source = Path(source)
    if not source.is_dir():
        raise DataError(f'{source} is not a folder')
    found = sorted(path.parent.parent.name for path in source.glob('*/gt/gt.txt'))
    if not found:
        is_sequence = (source / 'gt' / 'gt.txt').is_file()
        hint = ': it is a sequence itself, give the folder above' if is_sequence else ''
        raise DataError(f'no sequence with gt/gt.txt in {source}{hint}')
    wanted = found if names is None else names
    unknown = sorted(set(wanted) - set(found))
    if unknown:
        raise DataError(
            f'no sequence {", ".join(unknown)} with gt/gt.txt in {source}; it has '
            f'{", ".join(found)}'
        )
    return [SequenceInfo.read(source / name) for name in found if name in wanted]


def convert_mot(
    source: str | Path,
    out: str | Path,
    name: str,
    *,
    sequences: Sequence[str] | None = None,
    split: str = 'all',
    copy: bool = False,
    clip: bool = False,
    show_progress: bool = False,
) -> ConversionReport:
    """Write images, labels and an image list of a set of MOTChallenge sequences.

    ``OUT/NAME/images/train/SEQ/img1/*`` are links to the source images, beside them
    ``OUT/NAME/labels_with_ids/train/SEQ/img1/*.txt`` has a file for every image, empty
    where nobody is, with lines ``0 id cx cy w h``; the box is divided by the image
    size and may leave [0, 1]. The list ``OUT/NAME.train`` (``.half`` for the first
    half, ``.val`` for the second) is written last: where there is one, everything it
    lists is complete. Converting again replaces what is there.

    An identity is a pair of sequence and raw track id, numbered from 0 by sequence
    name, then raw id. The published scripts number runs of equal raw ids in file order
    instead, from 1: unsorted files get too many identities there and neighbouring
    sequences may share one. Numbers cover whole sequences, so the lists of two halves
    agree as long as they are made from the same sequences.

    The frame of an image is the number in its file name, or its place in name order
    where some name is no number. Images decide: where files are missing, numbers stay
    as they are, rows of missing frames are counted as rejected and ``seqLength`` is
    not asked.

    Args:
        source: Folder of sequences, such as ``MOT17/train``. It is only read.
        out: Data root of the training configs.
        name: Name of the set, such as ``MOT17``.
        sequences: Names of the sequences to take; None takes all with ground truth.
        split: 'all', 'first-half' (the first ``int(n / 2)`` images of each sequence:
            MOT17 half training) or 'second-half' (the rest).
        copy: Copy images rather than link to them.
        clip: Clip boxes to the image, as training on MOT20 asks for.
        show_progress: Draw a progress bar.

    Raises:
        DataError: No sequence there, or a file of it is malformed.
        OutputError: ``out`` cannot be written.
    """
    if split not in SPLITS:
        raise DataError(f'split = {split!r}: choose one of {", ".join(SPLITS)}')
    if not name or Path(name).name != name:
        raise DataError(f'set name {name!r} must be a plain name such as MOT17')
    infos = find_sequences(source, sequences)
    if Path(source).resolve() in (Path(out).resolve(), *Path(out).resolve().parents):
        raise OutputError(f'{out} lies in {source}: the source is never written into')
    out = require_writable_dir(out)
    suffix = {'all': 'train', 'first-half': 'half', 'second-half': 'val'}[split]
    report = ConversionReport(out / f'{name}.{suffix}')
    # Until the end no list vouches for files that are being replaced.
    report.image_list.unlink(missing_ok=True)
    listed: list[str] = []
    for info in track(infos, description=name, disable=not show_progress):
        images = _numbered_images(info)
        rows = _keep_rows(info, images, clip, report.rejected)
        labels = _label_texts(info, rows, list(images), report.num_ids)
        report.num_ids += len(np.unique(rows.ids))
        _place_images(
            list(images.values()), out / name / 'images/train' / info.name, copy
        )
        stems = [image.stem for image in images.values()]
        _replace_labels(
            out / name / 'labels_with_ids/train' / info.name,
            dict(zip(stems, labels, strict=True)),
        )
        chosen = _chosen(len(images), split)
        report.num_boxes += sum(text.count('\n') for text in labels[chosen])
        listed += [
            f'{name}/images/train/{info.name}/img1/{image.name}\n'
            for image in list(images.values())[chosen]
        ]
    report.num_images = len(listed)
    write_text(report.image_list, ''.join(listed))
    return report


def _chosen(count: int, split: str) -> slice:
    half = count // 2
    return {
        'all': slice(None),
        'first-half': slice(half),
        'second-half': slice(half, None),
    }[split]


def _numbered_images(info: SequenceInfo) -> dict[int, Path]:
    """Image of each frame, by frame."""
    numeric = all(image.stem.isdecimal() for image in info.images)
    images: dict[int, Path] = {}
    for index, image in enumerate(info.images, 1):
        frame = int(image.stem) if numeric else index
        if frame in images:
            raise DataError(
                f'{image} and {images[frame].name} are both frame {frame}: keep one'
            )
        images[frame] = image
    first = cv2.imread(str(info.images[0]))
    if first is None:
        raise DataError(f'{info.images[0]} is not a readable image')
    if first.shape[:2] != (info.height, info.width):
        raise DataError(
            f'{info.images[0]} has {first.shape[1]}x{first.shape[0]} pixels where '
            f'seqinfo.ini says {info.width}x{info.height}: correct one of them'
        )
    return dict(sorted(images.items()))


def _keep_rows(
    info: SequenceInfo, images: dict[int, Path], clip: bool, rejected: Counter[str]
) -> MOTRows:
    """Ground truth that training may see; each row left out counts under one reason."""
    rows = read_mot(info.gt_file)
    checks = {
        'mark is 0': rows.marks != 0,
        'class is not 1 (pedestrian)': rows.classes == _PEDESTRIAN,
        'width or height is not above 0': (rows.tlwh[:, 2:] > 0).all(1),
        'the frame has no image': np.isin(rows.frames, list(images)),
    }
    if clip:
        rows.tlwh[:] = _clipped(rows.tlwh, info)
        checks['outside the image'] = (rows.tlwh[:, 2:] > 0).all(1)
    keep = np.ones(len(rows), bool)
    for reason, passed in checks.items():
        rejected[reason] += int(np.count_nonzero(keep & ~passed))
        keep &= passed
    rows = rows[keep]
    pairs = np.stack([rows.frames, rows.ids], 1)
    first = np.unique(pairs, axis=0, return_index=True)[1]
    rejected['frame and id are those of an earlier row'] += len(rows) - len(first)
    return rows[first]  # by frame, then id


def _clipped(tlwh: np.ndarray, info: SequenceInfo) -> np.ndarray:
    corners = np.concatenate([tlwh[:, :2], tlwh[:, :2] + tlwh[:, 2:]], 1)
    corners = corners.clip(0, [info.width, info.height] * 2)
    return np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], 1)


def _label_texts(
    info: SequenceInfo, rows: MOTRows, frames: list[int], first_id: int
) -> list[str]:
    """Label file of each frame, '' where nobody is.

    Args:
        info: Gives the image size.
        rows: Sorted by frame.
        frames: Frames that have an image.
        first_id: Identity that the lowest raw track id becomes.
    """
    ids = first_id + np.unique(rows.ids, return_inverse=True)[1]
    centres = rows.tlwh[:, :2] + rows.tlwh[:, 2:] / 2
    size = np.array([info.width, info.height] * 2)
    boxes = np.concatenate([centres, rows.tlwh[:, 2:]], 1) / size
    lines = [
        f'0 {identity} {cx:.6f} {cy:.6f} {w:.6f} {h:.6f}\n'
        for identity, (cx, cy, w, h) in zip(ids, boxes, strict=True)
    ]
    starts = np.searchsorted(rows.frames, frames, side='left')
    ends = np.searchsorted(rows.frames, frames, side='right')
    return [''.join(lines[start:end]) for start, end in zip(starts, ends, strict=True)]


def _place_images(images: list[Path], folder: Path, copy: bool) -> None:
    """Link to or copy images into ``folder/img1``, never over another file."""
    folder = folder / 'img1'
    if folder.resolve() == images[0].parent.resolve():
        return  # the source already has this layout
    require_writable_dir(folder)
    for image in images:
        target = folder / image.name
        if target.exists() and not (copy and target.is_symlink()):
            if not filecmp.cmp(image, target):
                raise OutputError(
                    f'{target} exists and differs from {image}: choose another folder '
                    'or name of the set'
                )
        elif copy:
            with atomic_path(target) as temporary:
                shutil.copyfile(image, temporary)
        else:
            # Not atomic_path: it sets the mode of the file, here that of the source.
            target.unlink(missing_ok=True)  # a link to nowhere
            target.symlink_to(image.resolve())


def _replace_labels(folder: Path, texts: dict[str, str]) -> None:
    """Make ``folder/img1`` hold just these label files, in one step."""
    require_writable_dir(folder.parent)
    with tempfile.TemporaryDirectory(
        prefix=f'.{folder.name}.', dir=folder.parent
    ) as name:
        new, old = Path(name) / 'new', Path(name) / 'old'
        (new / 'img1').mkdir(parents=True)
        for stem, text in texts.items():
            (new / 'img1' / f'{stem}.txt').write_text(text)
        if folder.exists():
            folder.replace(old)
        new.replace(folder)
