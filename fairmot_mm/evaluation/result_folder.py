"""Pairing a folder of result files with the ground truth of their sequences."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from fairmot_mm.evaluation.mot_protocols import SequenceTracks
from fairmot_mm.evaluation.scored_rows import GROUND_TRUTH, RESULTS, read_scored_rows
from fairmot_mm.utils import DataError, MOTRows, natural_order, number_folder
from fairmot_mm.utils.file_listing import match_names
from fairmot_mm.utils.frame_numbering import Frames
from fairmot_mm.utils.text_files import read_lines

_KITTI_LINE = re.compile(r'^(\S+)\s+empty\s+\d+\s+\d+$')


class SequenceTruth(NamedTuple):
    """Ground truth of a sequence.

    Attributes:
        name: Name of the sequence.
        gt: Its rows.
        frames: Numbers of its frames.
        hint: How `frames` are known, for messages.
    """

    name: str
    gt: MOTRows
    frames: Frames
    hint: str


def find_result_files(
    folder: str | Path, names: Iterable[str] | None = None, suffix: str = '.txt'
) -> list[Path]:
    """List the result files of a folder; others, such as ``summary.txt``, are left out.

    Args:
        folder: Folder with ``SEQUENCE.txt`` files.
        names: Names of the sequences. Their files are results whatever they contain;
            another file is one if its first line begins with six numbers. None: a file
            is one if it is empty or begins with two numbers.
        suffix: Ending of the files.

    Returns:
        The files in natural order; none if this is not a folder.

    Raises:
        DataError: There are two result files for one sequence.
    """
    folder = Path(folder)
    content = folder.iterdir() if folder.is_dir() else ()
    files: dict[str, Path] = {}
    known = set(names or ())
    for file in sorted(content, key=lambda path: natural_order(path.name)):
        if file.suffix.lower() != suffix or file.name.startswith('.') or file.is_dir():
            continue
        if file.stem not in known and not (
            (names is None and not file.stat().st_size)
            or _begins_with_numbers(file, 2 if names is None else 6)
        ):
            continue
        other = files.setdefault(file.stem, file)
        if other is not file:
            raise DataError(
                f'{other} and {file.name} are both results of {file.stem}: keep one'
            )
    return list(files.values())


def _begins_with_numbers(path: Path, count: int) -> bool:
    try:
        lines = (line.partition('#')[0].strip() for line in read_lines(path))
        first = next(filter(None, lines), '')
        words = first.replace(',', ' ').split()
        return len([float(word) for word in words[:count]]) == count
    except ValueError:  # also a `DataError` of text in another encoding
        return False


def read_seqmap(path: str | Path) -> list[str]:
    """Read the names of sequences from a seqmap of the MOTChallenge or of KITTI.

    Args:
        path: Text file with a name on each line; a first line ``name`` is the title. A
            line of KITTI is ``NAME empty START END``.

    Returns:
        The names.

    Raises:
        DataError: The file cannot be read or has no name.
    """
    lines = [line.partition(',')[0].strip() for line in read_lines(path)]
    names = [_KITTI_LINE.sub(r'\1', line) for line in lines if line]
    names = names[1:] if names[:1] == ['name'] else names
    if not names:
        raise DataError(f'{path} names no sequence')
    return names


def read_truths(
    gt_root: str | Path,
    sequences: Sequence[str] | None = None,
    class_number: int | None = None,
) -> list[SequenceTruth]:
    """Read the ground truth of sequences.

    Args:
        gt_root: Folder with ``SEQUENCE/gt/gt.txt``. The images or, without them,
            ``seqLength`` in ``seqinfo.ini`` say which frames a sequence has; without
            both, it ends with its ground truth.
        sequences: Names or patterns of the sequences; None takes all.
        class_number: See `read_scored_rows`.

    Returns:
        The ground truth in natural order of the names.

    Raises:
        DataError: There is no sequence, or no one of a name, or a file is malformed.
    """
    root = Path(gt_root)
    if not root.is_dir():
        raise DataError(f'{root} is not a folder')
    found = [path.parents[1].name for path in root.glob('*/gt/gt.txt')]
    found.sort(key=natural_order)
    if not found:
        is_sequence = (root / 'gt' / 'gt.txt').is_file()
        hint = ': this is a sequence, give the folder above' if is_sequence else ''
        raise DataError(f'no sequence with gt/gt.txt in {root}{hint}')
    chosen = choose_names(found, sequences, root)
    truths = [_read_truth(root / name, class_number) for name in chosen]
    if class_number is not None and not any(len(truth.gt) for truth in truths):
        raise DataError(f'no row of class {class_number} in the ground truth in {root}')
    return truths


def choose_names(
    found: Sequence[str], wanted: Sequence[str] | None, root: Path
) -> list[str]:
    """Choose sequences by names or patterns.

    Args:
        found: Names of the sequences that have ground truth.
        wanted: Names or patterns; None takes all.
        root: Folder of the ground truth, for messages.

    Returns:
        The chosen names in the order of ``found``.

    Raises:
        DataError: Nothing has a name, or matches a pattern.
    """
    if wanted is None:
        return list(found)
    matches = {name: match_names(name, found) for name in wanted}
    unknown = [name for name, names in matches.items() if not names]
    if unknown:
        raise DataError(
            f'no sequence {", ".join(unknown)} with gt/gt.txt in {root}; it '
            f'contains {", ".join(found)}'
        )
    chosen = {name for names in matches.values() for name in names}
    return [name for name in found if name in chosen]


def _read_truth(folder: Path, class_number: int | None) -> SequenceTruth:
    file = folder / 'gt' / 'gt.txt'
    frames, source = number_folder(folder)
    hint = f'; {source} says which frames there are'
    gt = read_scored_rows(file, folder.name, GROUND_TRUTH, frames, class_number, hint)
    if frames is None:
        hint = (
            f'; it ends with {file}, because there are neither images nor a '
            f'{folder / "seqinfo.ini"} with seqLength: write one if it is longer'
        )
        frames = range(1, int(gt.frames.max(initial=0)) + 1)
    return SequenceTruth(folder.name, gt, frames, hint)


def read_result_folder(
    folder: str | Path,
    truths: Sequence[SequenceTruth],
    gt_root: str | Path,
    *,
    all_sequences: bool = True,
    missing: str = 'error',
    class_number: int | None = None,
) -> list[SequenceTracks]:
    """Read the results of every sequence.

    Args:
        folder: See `find_result_files`.
        truths: The sequences to score.
        gt_root: Folder of the ground truth, for messages.
        all_sequences: Whether ``truths`` are all that have ground truth. If not,
            results of other sequences are left out.
        missing: 'error' refuses a sequence without a result file, 'empty' scores it as
            without any result.
        class_number: See `read_scored_rows`.

    Returns:
        The sequences to score.

    Raises:
        DataError: A result file is missing or malformed, has a frame that the sequence
            does not have, or belongs to no sequence.
    """
    names = [truth.name for truth in truths]
    files = match_result_files(
        folder, names, gt_root, all_sequences=all_sequences, missing=missing
    )
    sequences = []
    for name, gt, frames, hint in truths:
        results = gt[:0]
        if name in files:
            results = read_scored_rows(
                files[name], name, RESULTS, frames, class_number, hint
            )
        sequences.append(SequenceTracks(name, gt, results, frames=frames))
    return sequences


def match_result_files(
    folder: str | Path,
    names: Sequence[str],
    gt_root: str | Path,
    *,
    all_sequences: bool = True,
    missing: str = 'error',
    suffix: str = '.txt',
) -> dict[str, Path]:
    """Find the result file of each sequence.

    Args:
        folder: See `find_result_files`.
        names: Names of the sequences to score.
        gt_root: Folder of the ground truth, for messages.
        all_sequences: See `read_result_folder`.
        missing: See `read_result_folder`.
        suffix: Ending of the files.

    Returns:
        The files by the names of the sequences, without those that are missing.

    Raises:
        DataError: A result file is missing, or belongs to no sequence.
    """
    folder = Path(folder)
    files = {file.stem: file for file in find_result_files(folder, names, suffix)}
    if not files:
        hint = '; did you mean its folder data?' if (folder / 'data').is_dir() else ''
        raise DataError(f'{folder} has no result file (SEQUENCE{suffix}) in it{hint}')
    if all_sequences:
        _refuse_unknown(files.values(), names, Path(gt_root))
    absent = [name for name in names if name not in files]
    if absent and missing != 'empty':
        raise DataError(
            f'{folder} has no result file for {len(absent)} of {len(names)} sequences: '
            f'{", ".join(absent)}; add the files, name the sequences to score with '
            '--sequences, or count them as empty with --missing empty'
        )
    return files


def _refuse_unknown(files: Iterable[Path], names: Sequence[str], gt_root: Path) -> None:
    """Raise on results of a sequence without ground truth."""
    by_lower = {name.lower(): name for name in names}
    for file in files:
        if file.stem in names:
            continue
        if file.stem.lower() in by_lower:
            raise DataError(
                f'{file} has another case than the sequence '
                f'{by_lower[file.stem.lower()]}: rename the file'
            )
        raise DataError(
            f'{file} cannot be scored (name the sequences to score with --sequences): '
            f'{gt_root / file.stem / "gt" / "gt.txt"} does not exist'
        )
