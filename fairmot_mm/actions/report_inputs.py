"""Reads what a report is made from: results, ground truth, images."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fairmot_mm.evaluation import (
    SequenceTracks,
    find_result_files,
    read_result_folder,
    read_seqmap,
    read_truths,
)
from fairmot_mm.evaluation.scored_rows import RESULTS, read_scored_rows
from fairmot_mm.report.frame_stores import FrameStore, ImageFolder, VideoFile
from fairmot_mm.utils import (
    ConfigError,
    DataError,
    SequenceInfo,
    number_folder,
    read_mot,
)
from fairmot_mm.utils.class_files import class_names_of
from fairmot_mm.utils.exact_numbers import rate_number, whole_number
from fairmot_mm.utils.file_listing import match_names
from fairmot_mm.utils.find_files import VIDEO_SUFFIXES
from fairmot_mm.utils.frame_numbering import Frames
from fairmot_mm.utils.mot_io import PEDESTRIAN
from fairmot_mm.utils.text_files import read_ini
from fairmot_mm.video.frame_source import open_source

# Folders of the images below ground truth of KITTI and VisDrone.
_IMAGES = ('image_02', 'sequences')
# By the name of a run, its sequences.
Runs = dict[str, list[SequenceTracks]]


class Footage(NamedTuple):
    """What is known about the frames of a sequence.

    Attributes:
        frames: Their numbers; None where nobody says which frames there are.
        frame_rate: Frames a second; None where nobody says it.
        store: Where the images come from; None without images.
    """

    frames: Frames | None
    frame_rate: float | None
    store: FrameStore | None


def name_runs(paths: Sequence[Path]) -> list[str]:
    """Name runs after the last part in which their paths differ.

    Args:
        paths: The folder or file of one run or of two.

    Returns:
        Their names.

    Raises:
        ConfigError: Both are the same.
    """
    parts = [
        (path.with_suffix('') if path.is_file() else path).parts[::-1]
        for path in map(Path.resolve, paths)
    ]
    if len(paths) == 1:
        return [parts[0][0]]
    if paths[0].resolve() == paths[1].resolve():
        raise ConfigError(f'--other {paths[1]} is the run itself: name another one')
    for names in zip(*parts, strict=False):
        if names[0] != names[1]:
            return [*names]
    return [str(path) for path in paths]


def read_runs(args: argparse.Namespace) -> dict[str, tuple[Runs, int | None]]:
    """Read results of each class, and its ground truth by the rules of one class.

    Args:
        args: The command line.

    Returns:
        The runs of each class and its number, by its name, which is empty where all are
        pedestrians.

    Raises:
        DataError: See `read_result_folder`, `read_truths`, `read_scored_rows`.
        ConfigError: See `name_runs`.
    """
    paths = [args.results, *([args.other] if args.other else [])]
    for path in paths:
        if path.is_file() and path.suffix.lower() != '.txt':
            raise DataError(f'{path} is no result file: its name is not SEQUENCE.txt')
    names = name_runs(paths)
    wanted = read_seqmap(args.seqmap) if args.seqmap else args.sequences
    numbers = _chosen_classes(paths, args.classes) or _find_classes(paths)
    classes: dict[str, tuple[Runs, int | None]] = {}
    for number in numbers:
        title = '' if number is None else _class_title(paths, number)
        read = _read_scored if args.gt else _read_plain
        runs = dict(zip(names, read(args, paths, wanted, number), strict=True))
        if args.classes and _is_empty(runs):
            raise DataError(
                f'--class {number}: neither results nor ground truth have an object '
                'of this class'
            )
        classes[title] = runs, number
    return classes


def read_footage(
    args: argparse.Namespace, name: str, several: bool, first_frame: int = 1
) -> Footage:
    """Find the images of a sequence.

    Args:
        args: The command line.
        name: Name of the sequence.
        several: Whether there are other sequences.
        first_frame: Number of the first frame of a video.

    Returns:
        What is known.

    Raises:
        ConfigError: One video is given for several sequences.
        DataError: The folder of the sequence or its video is not there, or is damaged.
        VideoError: The video cannot be read.
    """
    if args.video:
        path = _find_video(args.video, name, several)
        source = open_source(str(path))
        frames = None
        if source.length is not None:
            frames = range(first_frame, first_frame + source.length)
        return Footage(frames, float(source.frame_rate), VideoFile(path, first_frame))
    root = args.data_root or args.gt
    if root is None:
        return Footage(None, None, None)
    if not args.data_root:
        root = next((root / each for each in _IMAGES if (root / each).is_dir()), root)
    folder, ini = root / name, root / name / 'seqinfo.ini'
    numbers, where = number_folder(folder)
    if args.data_root or (numbers is not None and Path(where).is_dir()):
        info = SequenceInfo.read(folder)
        images = dict(zip(info.frames.tolist(), info.images, strict=True))
        rate = info.frame_rate if ini.is_file() else None
        return Footage(info.frames, rate, ImageFolder(images))
    written = read_ini(ini, 'Sequence').get('framerate') if ini.is_file() else None
    rate = None if written is None else rate_number(written, f'{ini}: framerate')
    return Footage(numbers, rate, None)


def _result_files(path: Path, wanted: Sequence[str] | None) -> dict[str, Path]:
    """The result files of a run by the names of their sequences, if there are any."""
    files = [path] if path.is_file() else find_result_files(path)
    found = {file.stem: file for file in files}
    if wanted is None:
        return found
    names = {name for each in wanted for name in match_names(each, found)}
    return {name: file for name, file in found.items() if name in names}


def _is_empty(runs: Runs) -> bool:
    """Whether there is neither a person nor a track."""
    return not any(
        len(each.gt) or len(each.results)
        for sequences in runs.values()
        for each in sequences
    )


def _find_classes(paths: Sequence[Path]) -> list[int | None]:
    """The classes of the results; None alone where all are pedestrians."""
    classes = {
        int(number)
        for path in paths
        for file in ([path] if path.is_file() else find_result_files(path, ()))
        for number in np.unique(read_mot(file).classes)
    }
    return [*sorted(classes)] if classes - {PEDESTRIAN} else [None]


def _chosen_classes(
    paths: Sequence[Path], wanted: Sequence[str] | None
) -> list[int | None]:
    """Numbers of the classes that the command line names or numbers."""
    names = _class_names(paths)
    lower = [name.lower() for name in names]
    numbers: list[int | None] = []
    for text in wanted or ():
        if text.lower() in lower:
            numbers.append(lower.index(text.lower()) + 1)
        elif names and not text.isdecimal():
            raise ConfigError(
                f'--class {text}: labels.txt of the results names {", ".join(names)}'
            )
        else:
            numbers.append(whole_number(text, '--class', low=1))
    return numbers


def _class_title(paths: Sequence[Path], number: int) -> str:
    """Name of a class in the ``labels.txt`` of a run, or its number."""
    names = _class_names(paths)
    return names[number - 1] if 0 < number <= len(names) else f'class {number}'


def _class_names(paths: Sequence[Path]) -> list[str]:
    """The names in the ``labels.txt`` of the first run that has one."""
    files = (path if path.is_file() else path / 'SEQUENCE.txt' for path in paths)
    return next(filter(None, map(class_names_of, files)), [])


def _read_scored(
    args: argparse.Namespace,
    paths: Sequence[Path],
    wanted: Sequence[str] | None,
    number: int | None,
) -> list[list[SequenceTracks]]:
    """The sequences of each run, with ground truth."""
    if wanted is None and any(path.is_file() for path in paths):
        wanted = [path.stem for path in paths if path.is_file()]
    truths = read_truths(args.gt, wanted, number)
    return [
        read_result_folder(
            path.parent if path.is_file() else path,
            truths,
            args.gt,
            all_sequences=wanted is None,
            missing=args.missing or 'error',
            class_number=number,
        )
        for path in paths
    ]


def _read_plain(
    args: argparse.Namespace,
    paths: Sequence[Path],
    wanted: Sequence[str] | None,
    number: int | None,
) -> list[list[SequenceTracks]]:
    """The sequences of each run, without ground truth."""
    runs = [_result_files(path, wanted) for path in paths]
    if not runs[0]:
        what = f'result file of {", ".join(wanted)}' if wanted else 'result file'
        raise DataError(f'{paths[0]} has no {what} (SEQUENCE.txt) in it')
    for path, files in zip(paths, runs, strict=True):
        for other in runs:
            absent = [name for name in other if name not in files]
            if absent:
                raise DataError(
                    f'{path} has no result file of {", ".join(absent)}, as the other '
                    'run has: name the sequences with --sequences'
                )
    read: list[list[SequenceTracks]] = [[] for _ in paths]
    for name in runs[0]:
        frames = read_footage(args, name, len(runs[0]) > 1).frames
        rows = [
            read_scored_rows(files[name], name, RESULTS, frames, number)
            for files in runs
        ]
        if frames is None:
            present = np.concatenate([np.ones(1, np.int64), *(r.frames for r in rows)])
            frames = range(int(present.min()), int(present.max()) + 1)
        for sequences, each in zip(read, rows, strict=True):
            sequences.append(SequenceTracks(name, each[:0], each, frames=frames))
    return read


def _find_video(path: Path, name: str, several: bool) -> Path:
    """The video of a sequence: the file itself, or one of its name in a folder."""
    if path.is_file():
        if several:
            raise ConfigError(
                f'--video {path} is one video, but there are several sequences: choose '
                'one with --sequences, or give a folder with a video for each'
            )
        return path
    files = [
        file
        for file in sorted(path.iterdir())
        if file.stem == name and file.suffix.lower() in VIDEO_SUFFIXES
    ]
    if len(files) != 1:
        what = 'several videos' if files else 'no video'
        raise DataError(f'--video {path} has {what} of the name {name}')
    return files[0]
