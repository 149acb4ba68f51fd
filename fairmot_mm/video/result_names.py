"""Reserving the names of all results of a run."""

import itertools
import re
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from fairmot_mm.exports.crop_writer import claim_crops
from fairmot_mm.utils import require_writable_dir, write_text
from fairmot_mm.utils.claim_output import claim_output, lock_output
from fairmot_mm.utils.class_files import CLASS_FILE
from fairmot_mm.utils.contracts import require_choice
from fairmot_mm.utils.errors import NameTakenError
from fairmot_mm.utils.outputs import RESULT_ADVICE
from fairmot_mm.utils.text_files import read_text

EXISTING = ('refuse', 'overwrite', 'number')


@dataclass(frozen=True)
class NameRequest:
    """What a run wants to write.

    Attributes:
        name: Name of the source.
        folder: Folder of the files; None if only crops are written.
        endings: Endings of the files of one name.
        crops: Folder of the crops of all sources; None if none are written.
        existing: What to do with files of an earlier run, see `ResultWriter`.
        sources: Files that are read; no result may replace one.
        segmented: Whether the files are ``NAME_0001.txt`` and so on.
    """

    name: str
    folder: Path | None
    endings: Sequence[str]
    crops: Path | None
    existing: str
    sources: Collection[Path]
    segmented: bool


@dataclass(frozen=True)
class ResultNames:
    """What a run may write.

    Attributes:
        stem: The files without their endings; None if only crops are written.
        paths: Reserved file of each ending; empty for segments, whose files are
            reserved one after another.
        crops: Reserved folder of the crops of this source, or None.
        earlier: Segments of an earlier run, to be removed with the first frame.
    """

    stem: Path | None
    paths: dict[str, Path] = field(default_factory=dict)
    crops: Path | None = None
    earlier: Sequence[Path] = ()


def claim_names(request: NameRequest, claims: ExitStack) -> ResultNames:
    """Reserve the names of a run; all files and the crops of a run have one number.

    Args:
        request: What to write.
        claims: Ends the reservation.

    Returns:
        The names.

    Raises:
        ConfigError: Unknown ``existing``.
        NameTakenError: A file exists, is a source, or is being written by another run.
        OutputError: A folder cannot be written.
    """
    require_choice('existing', request.existing, EXISTING)
    if request.folder is not None:
        require_writable_dir(request.folder)
    for number in itertools.count(1):
        name = request.name if number == 1 else f'{request.name}-{number}'
        with ExitStack() as trial:
            try:
                names = _claim(name, request, trial)
            except NameTakenError:
                if request.existing != 'number':
                    raise
                continue
            claims.push(trial.pop_all())
            return names
    raise AssertionError  # numbers do not end


def claim_files(
    stem: Path,
    endings: Sequence[str],
    overwrite: bool,
    sources: Collection[Path],
    claims: ExitStack,
) -> dict[str, Path]:
    """Reserve the files of one name.

    Args:
        stem: The files without their endings.
        endings: The endings.
        overwrite: Whether files of an earlier run may be replaced.
        sources: Files that are read; no result may replace one.
        claims: Ends the reservation.

    Returns:
        The file of each ending.

    Raises:
        NameTakenError: See `claim_names`.
        OutputError: See `claim_names`.
    """
    return {
        ending: claims.enter_context(
            claim_output(
                stem.with_name(stem.name + ending), overwrite, sources, RESULT_ADVICE
            )
        )
        for ending in endings
    }


def write_class_names(folder: Path, classes: Sequence[str], overwrite: bool) -> None:
    """Write the names of several classes, for whoever reads their numbers.

    Args:
        folder: Folder of the results.
        classes: The names; without any, nothing is written.
        overwrite: Whether names of other results may be replaced.

    Raises:
        NameTakenError: The folder has results of other classes.
    """
    if not classes:
        return
    path = folder / CLASS_FILE
    names = ''.join(f'{name}\n' for name in classes)
    if path.is_file() and not overwrite and read_text(path) != names:
        raise NameTakenError(
            f'{path} names the classes of other results; choose another folder, or '
            "use --overwrite to replace it (in Python existing='overwrite')"
        )
    write_text(path, names)


def _claim(name: str, request: NameRequest, claims: ExitStack) -> ResultNames:
    """Reserve one name."""
    overwrite = request.existing == 'overwrite'
    stem, paths, earlier = None, {}, []
    if request.folder is not None:
        stem = request.folder / name
        if request.segmented:
            claims.enter_context(lock_output(stem.with_name(f'{name}_')))
            earlier = _segments(stem)
            _require_free(earlier, overwrite, request.sources)
        else:
            paths = claim_files(
                stem, request.endings, overwrite, request.sources, claims
            )
    crops = None
    if request.crops is not None:
        folder = require_writable_dir(request.crops) / name
        crops = claim_crops(folder, overwrite, claims, RESULT_ADVICE)
    return ResultNames(stem, paths, crops, earlier)


def _segments(stem: Path) -> list[Path]:
    """Files of the segments of a name, in order."""
    pattern = re.compile(rf'{re.escape(stem.name)}_\d{{4,}}(\.\w+)+')
    return sorted(p for p in stem.parent.iterdir() if pattern.fullmatch(p.name))


def _require_free(
    earlier: Sequence[Path], overwrite: bool, sources: Collection[Path]
) -> None:
    """Refuse segments that may not be removed."""
    for path in earlier:
        if any(source.exists() and path.samefile(source) for source in sources):
            raise NameTakenError(f'{path} is the source itself; choose another folder')
        if not overwrite:
            raise NameTakenError(
                f'{path} exists; choose another folder, or use --overwrite to remove '
                'the segments of the earlier run, or --keep to number the new files '
                "(in Python existing='overwrite' or 'number')"
            )
