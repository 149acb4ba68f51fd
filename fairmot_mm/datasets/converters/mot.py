"""Converting MOTChallenge sequences and other sets in the same form."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from fairmot_mm.datasets.converters.class_map import PEDESTRIAN_ONLY
from fairmot_mm.datasets.converters.conversion_report import ConversionReport
from fairmot_mm.datasets.converters.half_split import half_lists, write_second_halves
from fairmot_mm.datasets.converters.jde_writer import write_jde_set
from fairmot_mm.datasets.converters.label_part import (
    ALL_IMAGES,
    SourcePart,
    read_sizes,
)
from fairmot_mm.datasets.converters.target import Target
from fairmot_mm.utils import DataError, OutputError, SequenceInfo, natural_order
from fairmot_mm.utils.benchmark_classes import (
    IGNORE_NAME,
    MOT_CLASSES,
    VISDRONE_CLASSES,
)
from fairmot_mm.utils.benchmark_rules import IGNORE_REGION
from fairmot_mm.utils.class_files import CLASS_FILE, class_names_of
from fairmot_mm.utils.file_listing import match_names
from fairmot_mm.utils.mot_io import mot_rows
from fairmot_mm.utils.mot_table import ClassColumn, MOTTable
from fairmot_mm.utils.text_files import read_names

LISTS = ('train', 'half', 'val', 'emb')


def find_sequences(
    source: str | Path, names: Sequence[str] | None = None
) -> list[SequenceInfo]:
    """Find the sequence folders that have ground truth.

    Args:
        source: Folder of sequences, such as ``MOT17/train``.
        names: Names or patterns such as ``*-SDP``; None stands for all sequences.

    Returns:
        The sequences in natural order of their names, whatever the order of ``names``,
        so that identities do not depend on it.

    Raises:
        DataError: ``source`` lacks a sequence, or has a video more than once.
    """
    source = Path(source)
    if not source.is_dir():
        raise DataError(f'{source} is not a folder')
    found = sorted(
        (path.parent.parent.name for path in source.glob('[!.]*/gt/gt.txt')),
        key=natural_order,
    )
    if not found:
        is_sequence = (source / 'gt' / 'gt.txt').is_file()
        hint = ': this is a sequence, give the folder above' if is_sequence else ''
        raise DataError(f'no sequence with gt/gt.txt in {source}{hint}')
    wanted = found if names is None else names
    unknown = [name for name in wanted if not match_names(name, found)]
    if unknown:
        raise DataError(
            f'no sequence {", ".join(unknown)} with gt/gt.txt in {source}; it contains '
            f'{", ".join(found)}'
        )
    matching = {name for pattern in wanted for name in match_names(pattern, found)}
    chosen = sorted(matching)
    _refuse_same_video(chosen)
    return [SequenceInfo.read(source / name) for name in chosen]


def _refuse_same_video(names: Sequence[str]) -> None:
    """Raise on copies of a video: MOT17 has one for each public detector."""
    videos: dict[str, str] = {}
    for name in names:
        video = re.sub('-(DPM|FRCNN|SDP)$', '', name)
        if video in videos:
            raise DataError(
                f'{videos[video]} and {name} are the same video, so each person would '
                "get two identities: take one of them with --sequences '*-SDP'"
            )
        videos[video] = name


def convert_mot(
    source: str | Path,
    out: str | Path,
    name: str,
    *,
    sequences: Sequence[str] | None = None,
    half: bool = False,
    copy: bool = False,
    clip: bool = False,
    classes: Sequence[str] = PEDESTRIAN_ONLY,
    ignore_classes: Sequence[str] = (),
    keep_ignored: bool = False,
    first_id: int = 0,
    workers: int | None = None,
    show_progress: bool = False,
) -> ConversionReport:
    """Convert MOT15, 16, 17, 20 or your own sequences in the same form.

    Writes ``OUT/NAME/images/train/SEQ/img1`` with ``seqinfo.ini`` and ground truth next
    to it, ``OUT/NAME/labels_with_ids/train/SEQ/img1`` and the list ``OUT/name.train``;
    see `write_jde_set`. Rows of mark 0 and of other classes are left out, unless they
    are to become ignore regions. MOT16, 17 and 20 mark each class with 0 except
    pedestrians: rows of their other classes count if ``classes`` names them. Boxes
    beyond the image are kept. With other classes than pedestrians, ``SEQ/gt/gt.txt``
    has their numbers, and of several ``SEQ/gt/labels.txt`` has the names. The same
    holds where ``labels.txt`` or the columns of VisDrone number the classes of the
    source.

    An identity is a pair of sequence and raw track id. Identities are numbered from 0
    by sequence name, then raw id, as in the labels that the authors of JDE published.
    The published scripts instead number runs of equal raw ids in file order, from 1
    (``first_id``): there, unsorted files get too many identities, and neighbouring
    sequences may share one. Numbers cover whole sequences, so the lists of both halves
    agree.

    `frame_numbers` says which frame an image is. Where image files are missing, the
    numbers of the others stay as they are. A row of a frame without an image is an
    error. ``seqLength`` is not used.

    Args:
        source: Folder of sequences, such as ``MOT17/train``. Nothing is written there.
        out: Data root of the training configs.
        name: Name of the set, such as ``MOT17``.
        sequences: Names or patterns of the sequences to convert; None converts all that
            have ground truth.
        half: Write the lists of the half protocol as well: ``half``, the first
            ``int(n / 2)`` images of each sequence; ``val``, the rest; ``emb``, every
            third of the rest; and ``OUT/NAME/images/half-val``, the second halves as
            sequences of their own, frames counted from 1, to test on.
        copy: Copy images rather than link to them.
        clip: Clip boxes to the image, as training on MOT20 asks for.
        classes: See `ClassMap`. Class names are the lines of ``gt/labels.txt``, counted
            from 1, if that exists. Otherwise those of the MOTChallenge or, in a file of
            ten columns with truncation and occlusion, those of VisDrone.
        ignore_classes: Names of classes whose boxes become ignore regions, in which
            nothing is trained; see `write_jde_set`.
            ``('static person', 'distractor', 'reflection')`` are 7, 8 and 12 of MOT17.
        keep_ignored: Make ignore regions of rows of the converted classes whose mark
            is 0, too.
        first_id: The lowest identity.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw progress bars.

    Raises:
        DataError: The source has no sequence, or a file is malformed.
        OutputError: ``out`` cannot be written.
    """
    infos = find_sequences(source, sequences)
    refuse_inside(source, out)
    target = Target(Path(out), name, copy, workers, show_progress)
    renamed = [*classes] != [*PEDESTRIAN_ONLY]
    if renamed:  # the ground truth is written, and not linked
        target.require_apart(source)
    in_place = Path(source).resolve() == (target.folder / 'images/train').resolve()
    return write_jde_set(
        target,
        infos,
        partial(read_sequence, half=half, renamed=renamed, in_place=in_place),
        LISTS,
        classes=classes,
        ignore_classes=ignore_classes,
        keep_ignored=keep_ignored,
        clip=clip,
        first_id=first_id,
        finish=partial(write_second_halves, infos, target) if half else None,
    )


def refuse_inside(source: str | Path, out: str | Path) -> None:
    """Raise if writing to ``out`` would write into the source.

    Args:
        source: Folder that must not change.
        out: Folder that is written to.

    Raises:
        OutputError: ``out`` is ``source`` or lies in it.
    """
    folder = Path(out).resolve()
    if Path(source).resolve() in (folder, *folder.parents):
        raise OutputError(
            f'{out} lies in {source}, which must not change: choose another data root'
        )


def read_sequence(
    info: SequenceInfo,
    *,
    ending: str = 'train',
    half: bool = False,
    renamed: bool = False,
    in_place: bool = False,
) -> SourcePart:
    """Read a sequence and its ground truth.

    Args:
        info: The sequence.
        ending: Ending of the list that names its images.
        half: Whether the lists of the half protocol name them, too.
        renamed: Whether other classes than pedestrians are converted: a ground truth
            with their numbers is written, in place of the link to that of the source.
            It also is if the numbers of the source are not those of the MOTChallenge.
        in_place: Whether the source is where the data set is written, so that its
            ground truth must stay as it is.

    Returns:
        The images and what the ground truth says about them.

    Raises:
        DataError: A file is missing or malformed.
    """
    images = info.images
    table = info.read_gt_table()
    rows = mot_rows(table)
    folder = info.gt_file.parents[1]
    # tools/test.py also reads these from the folder of the converted sequence.
    names = [name for name in ('seqinfo.ini', 'gt/gt.txt') if (folder / name).is_file()]
    classes = _class_names(table, rows.classes)
    has_own = (
        table.class_column is ClassColumn.VISDRONE
        or len(class_names_of(table.path)) > 1
    )
    writes_truth = renamed or (has_own and not in_place)
    unmarked = rows.marks == 0
    if renamed and _marks_pedestrians_only(table):
        unmarked &= classes == MOT_CLASSES[0]
    place = f'{ending}/{info.name}'
    return SourcePart(
        f'{place}/img1',
        images,
        read_sizes(images, [(info.width, info.height)] * len(images), 'seqinfo.ini'),
        image=np.searchsorted(info.frames, rows.frames),
        names=classes,
        ids=rows.ids,
        tlwh=rows.tlwh,
        flagged={'mark is 0': unmarked},
        lists={ending: ALL_IMAGES, **(half_lists(len(images)) if half else {})},
        side_files={}
        if writes_truth
        else {f'{place}/{name}': folder / name for name in names},
        frame_rate=info.frame_rate if writes_truth else None,
        file=info.gt_file,
    )


def _marks_pedestrians_only(table: MOTTable) -> bool:
    """Whether the classes are those of the MOTChallenge, which marks pedestrians."""
    own = table.path.with_name(CLASS_FILE)
    return table.class_column is ClassColumn.MOT and not own.is_file()


def _class_names(table: MOTTable, numbers: np.ndarray) -> np.ndarray:
    """Names (R,) of class numbers (R,); a number without a name stands for itself."""
    own = table.path.with_name(CLASS_FILE)
    if own.is_file():
        known = {IGNORE_REGION: IGNORE_NAME, **dict(enumerate(read_names(own), 1))}
        if len(known) > 2 and table.class_column is ClassColumn.NONE:
            raise DataError(
                f'{table.path} has no column of classes, but {own} names '
                f'{len(known) - 1}: remove that file, or write the class in column 8'
            )
    elif table.class_column is ClassColumn.VISDRONE:
        known = dict(enumerate(VISDRONE_CLASSES))
    else:
        known = dict(enumerate(MOT_CLASSES, 1))
    unique, inverse = np.unique(numbers, return_inverse=True)
    return np.array([known.get(int(n), str(n)) for n in unique], object)[inverse]
