"""Ground truth of several classes: our sequence folders and forms of benchmarks."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fairmot_mm.evaluation.mot_protocols import PROTOCOLS
from fairmot_mm.evaluation.result_folder import SequenceTruth, choose_names
from fairmot_mm.evaluation.scored_rows import GROUND_TRUTH, refuse_unscorable
from fairmot_mm.utils import (
    ConfigError,
    DataError,
    MOTRows,
    frame_numbers,
    list_images,
    natural_order,
    number_folder,
)
from fairmot_mm.utils.bdd_io import read_bdd
from fairmot_mm.utils.benchmark_rules import (
    BDD100K_RULES,
    IGNORE_REGION,
    KITTI_RULES,
    VISDRONE_RULES,
    BenchmarkRules,
)
from fairmot_mm.utils.class_files import (
    ClassRows,
    class_names_of,
    read_class_rows,
    read_visdrone,
)
from fairmot_mm.utils.exact_numbers import whole_number
from fairmot_mm.utils.file_listing import list_files
from fairmot_mm.utils.frame_numbering import Frames
from fairmot_mm.utils.kitti_io import read_kitti
from fairmot_mm.utils.mot_table import ClassColumn, MOTTable
from fairmot_mm.utils.named_rows import NamedRows
from fairmot_mm.utils.text_files import read_lines

_SEQMAP = re.compile(r'(\S+)\s+\S+\s+(\d+)\s+(\d+)')


@dataclass(frozen=True)
class ClassTruths:
    """Ground truth of several classes.

    Attributes:
        form: 'classes' (our sequence folders), 'visdrone', 'kitti' or 'bdd100k'.
        classes: Names of the classes in the order of their numbers, from 1.
        truths: The sequences. Rows of class 0 are ignore regions, and rows of mark 0
            are neutral, see `pair_class`.
        rules: Rules of the benchmark.
    """

    form: str
    classes: tuple[str, ...]
    truths: list[SequenceTruth]
    rules: BenchmarkRules

    @property
    def is_benchmark(self) -> bool:
        """Whether a class without an object counts as 0, as in TrackEval."""
        return self.form in ('kitti', 'bdd100k')


def find_form(root: str | Path) -> str:
    """Find out what a folder of ground truth holds.

    Args:
        root: The folder.

    Returns:
        'kitti' (``label_02``), 'bdd100k' (JSON files), 'visdrone' (``annotations``),
        'classes' (``SEQ/gt/gt.txt`` with classes: with a ``gt/labels.txt`` that names
        not only persons, or in the columns of VisDrone) or 'motchallenge'.

    Raises:
        DataError: It is not a folder.
    """
    root = Path(root)
    if not root.is_dir():
        raise DataError(f'{root} is not a folder')
    if (root / 'label_02').is_dir():
        return 'kitti'
    files = list(root.glob('[!.]*/gt/gt.txt'))
    if not files and (root / 'annotations').is_dir():
        return 'visdrone'
    if not files and list_files(root, '.json'):
        return 'bdd100k'
    if any({*class_names_of(file)} - {'pedestrian', 'person'} for file in files):
        return 'classes'
    try:  # sequences of one set have the same columns
        table = MOTTable.read(min(files)) if files else None
    except DataError:  # whoever needs the sequence reads it again
        return 'motchallenge'
    is_visdrone = table is not None and table.class_column is ClassColumn.VISDRONE
    return 'classes' if is_visdrone else 'motchallenge'


def choose_protocol(root: str | Path, wanted: str | None, one_class: bool) -> str:
    """Choose the rules by which the results of a folder of ground truth are scored.

    Args:
        root: The folder.
        wanted: A protocol of one class, a form of ground truth, or None for what the
            folder holds.
        one_class: Whether one class is named.

    Returns:
        The protocol or form.

    Raises:
        ConfigError: The protocol is for one class, and the ground truth has several.
        DataError: It is not a folder.
    """
    found = find_form(root)
    if wanted in PROTOCOLS and found != 'motchallenge' and not one_class:
        raise ConfigError(
            f'{root} has several classes, and --protocol {wanted} scores pedestrians '
            f'only: use --protocol {found}, or choose one class with --class NUMBER'
        )
    return wanted or found


def choose_classes(wanted: Sequence[str] | None, names: Sequence[str]) -> list[str]:
    """Choose the classes to score.

    Args:
        wanted: Names or numbers (from 1) of classes; None chooses all.
        names: Names of all classes.

    Returns:
        The names, in the order of `names`.

    Raises:
        ConfigError: There is no such class.
    """
    numbers = {str(number): name for number, name in enumerate(names, 1)}
    lower = {name.lower(): name for name in names}
    chosen = []
    for text in names if wanted is None else wanted:
        name = lower.get(text.lower(), numbers.get(text))
        if name is None:
            raise ConfigError(
                f'--class {text}: the ground truth has the classes '
                + ', '.join(f'{name} ({number})' for number, name in numbers.items())
            )
        chosen.append(name)
    return sorted(set(chosen), key=list(names).index)


def class_number(classes: Sequence[str] | None) -> int | None:
    """Read the one class of a protocol that scores one class.

    Args:
        classes: What the command line names; None names nothing.

    Returns:
        The number of the class; None without.

    Raises:
        ConfigError: It is not one number.
    """
    if classes is None:
        return None
    if len(classes) != 1:
        raise ConfigError(
            '--class takes one number where the ground truth has no names of classes '
            '(gt/labels.txt)'
        )
    return whole_number(classes[0], '--class', low=1)


def read_class_truths(
    root: str | Path, form: str, sequences: Sequence[str] | None = None
) -> ClassTruths:
    """Read the ground truth of sequences.

    Args:
        root: The folder, see `find_form`.
        form: What it holds.
        sequences: Names or patterns of the sequences; None takes all.

    Returns:
        The sequences in natural order of their names.

    Raises:
        DataError: There is no sequence, a file is missing or malformed, or sequences
            have different classes.
    """
    root = Path(root)
    kind = _FORMS[form]
    files = {kind.name(file): file for file in root.glob(kind.pattern)}
    names = sorted(files, key=natural_order)
    if not names:
        raise DataError(f'no ground truth {kind.pattern} in {root}')
    truths: list[SequenceTruth] = []
    classes: tuple[str, ...] = ()
    for name in choose_names(names, sequences, root):
        rows, own, where = kind.read(files[name])
        if truths and own != classes:
            raise DataError(
                f'{files[name]} has the classes {", ".join(own)}, but the sequences '
                f'before it have {", ".join(classes)}'
            )
        classes = own
        frames, source = kind.frames(root, name)
        hint = f'; {source} says which frames there are'
        if frames is None:
            hint = f'; it ends with {files[name]}'
            frames = range(kind.first, int(rows.frames.max(initial=0)) + 1)
        refuse_unscorable_classes(rows, where, name, frames, hint)
        truths.append(SequenceTruth(name, rows, frames, hint))
    return ClassTruths(form, classes, truths, kind.rules)


def refuse_unscorable_classes(
    rows: MOTRows,
    where: Callable[[int], str],
    name: str,
    frames: Frames | None,
    hint: str = '',
) -> None:
    """Raise on the first row of a ground truth that cannot be scored.

    Args:
        rows: The rows; ignore regions (class 0) need no identity.
        where: Names the place of a row, from 0.
        name: Name of the sequence, for messages.
        frames: See `read_scored_rows`.
        hint: See `read_scored_rows`.

    Raises:
        DataError: See `read_scored_rows`.
    """
    shown = np.flatnonzero(rows.classes != IGNORE_REGION)
    refuse_unscorable(
        rows[shown],
        lambda row: f'{where(int(shown[row]))}: {name}',
        GROUND_TRUTH,
        frames,
        hint,
        by_class=True,
    )


def number_rows(
    rows: NamedRows, classes: Sequence[str], rules: BenchmarkRules
) -> tuple[MOTRows, np.ndarray]:
    """Turn ground truth with names of classes into numbers.

    Args:
        rows: The rows of a benchmark.
        classes: Names of the classes in the order of their numbers, from 1.
        rules: Rules of the benchmark.

    Returns:
        The K rows of these classes, with mark 0 where they are neutral, and of the
        ignore regions with class 0 and mark 0; and their numbers (K,) in ``rows``.
    """
    ruled = rules.apply(rows)
    numbers = {name: number for number, name in enumerate(classes, 1)}
    found = np.array([numbers.get(name, -1) for name in ruled.names], np.int64)
    found[ruled.is_region] = IGNORE_REGION
    all_rows = replace(
        MOTRows.of_pedestrians(rows.frames, rows.ids, rows.tlwh),
        marks=(~ruled.is_neutral & ~ruled.is_region).astype(float),
        classes=found,
    )
    kept = np.flatnonzero(found >= 0)
    return all_rows[kept], kept


def _read_kitti(file: Path) -> ClassRows:
    return _numbered(read_kitti(file), KITTI_RULES)


def _read_bdd(file: Path) -> ClassRows:
    return _numbered(read_bdd(file)[0], BDD100K_RULES)


def _numbered(named: NamedRows, rules: BenchmarkRules) -> ClassRows:
    rows, kept = number_rows(named, rules.classes, rules)
    return ClassRows(rows, rules.classes, lambda row: named.where(int(kept[row])))


def _kitti_frames(root: Path, name: str) -> tuple[Frames | None, str]:
    """Frames of a sequence by its images or by the seqmap of the benchmark."""
    images = root / 'image_02' / name
    if images.is_dir():
        return range(len(list_images(images))), str(images)
    for file in sorted(root.glob('evaluate_tracking.seqmap*')):
        for line in read_lines(file):
            match = _SEQMAP.match(line)
            if match and match[1] == name:
                return range(int(match[2]), int(match[3])), str(file)
    return None, ''


def _bdd_frames(root: Path, name: str) -> tuple[Frames | None, str]:
    file = root / f'{name}.json'
    return range(len(read_bdd(file)[1])), str(file)


def _visdrone_frames(root: Path, name: str) -> tuple[Frames | None, str]:
    images = root / 'sequences' / name
    if not images.is_dir():
        return None, ''
    return frame_numbers(list_images(images)), str(images)


class _Form(NamedTuple):
    """Where a form of ground truth has its files, and what reads them.

    Attributes:
        pattern: The files of the sequences, below the folder.
        name: Name of the sequence of a file.
        read: Reads a file.
        frames: Numbers of the frames of a sequence of the folder, None if nothing says
            them, and what says them.
        rules: Rules of the benchmark.
        first: Number of the first frame.
    """

    pattern: str
    name: Callable[[Path], str]
    read: Callable[[Path], ClassRows]
    frames: Callable[[Path, str], tuple[Frames | None, str]]
    rules: BenchmarkRules
    first: int = 1


_FORMS = {
    'classes': _Form(
        '[!.]*/gt/gt.txt',
        lambda file: file.parents[1].name,
        read_class_rows,
        lambda root, name: number_folder(root / name),
        BenchmarkRules(),
    ),
    'visdrone': _Form(
        'annotations/[!.]*.txt',
        lambda file: file.stem,
        read_visdrone,
        _visdrone_frames,
        VISDRONE_RULES,
    ),
    'kitti': _Form(
        'label_02/[!.]*.txt',
        lambda file: file.stem,
        _read_kitti,
        _kitti_frames,
        KITTI_RULES,
        first=0,
    ),
    'bdd100k': _Form(
        '[!.]*.json',
        lambda file: file.stem,
        _read_bdd,
        _bdd_frames,
        BDD100K_RULES,
        first=0,
    ),
}
