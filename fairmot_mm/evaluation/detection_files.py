"""Files of detections, so that the network runs once for many trackers."""

import zipfile
from dataclasses import fields
from pathlib import Path

import numpy as np

from fairmot_mm.evaluation.detected_sequence import PREDICTIONS, DetectedSequence
from fairmot_mm.utils import DataError, MOTRows, atomic_path, natural_order

_ARRAYS = ('starts', 'frames', *PREDICTIONS)
_COLUMNS = [f'gt_{field.name}' for field in fields(MOTRows)]


def save_detections(
    path: str | Path, sequence: DetectedSequence, origin: str = ''
) -> None:
    """Write the detections of a sequence in one step.

    Args:
        path: The ``.npz`` file to make. Its folder is created.
        sequence: The detections.
        origin: Description of what the detections depend on; see `read_origin`.

    Raises:
        OutputError: The folder cannot be created or written.
    """
    arrays = {name: getattr(sequence, name) for name in _ARRAYS}
    arrays |= {f'gt_{name}': column for name, column in vars(sequence.gt).items()}
    with atomic_path(path) as temporary, temporary.open('wb') as file:
        np.savez_compressed(
            file,
            name=sequence.name,
            frame_rate=sequence.frame_rate,
            ori_shape=sequence.ori_shape,
            images=np.array([str(image) for image in sequence.images], dtype=str),
            origin=origin,
            **arrays,
        )


def load_detections(path: str | Path) -> DetectedSequence:
    """Read a file that `save_detections` wrote.

    Args:
        path: The ``.npz`` file.

    Returns:
        The detections of a sequence.

    Raises:
        DataError: The file does not exist, or is not a file of detections.
    """
    stored = _read(path)
    return DetectedSequence(
        name=str(stored['name']),
        frame_rate=float(stored['frame_rate']),
        ori_shape=tuple(stored['ori_shape'].tolist()),
        gt=MOTRows(*(stored[name] for name in _COLUMNS)),
        images=tuple(map(Path, stored['images'].tolist())),
        **{name: stored[name] for name in _ARRAYS},
    )


def load_all_detections(path: str | Path) -> list[DetectedSequence]:
    """Read one file of detections, or all files of a folder.

    Args:
        path: A ``.npz`` file, or a folder of them.

    Returns:
        The detections of each file, in name order.

    Raises:
        DataError: There is no file, or one cannot be read.
    """
    path = Path(path)
    files = [path]
    if path.is_dir():
        files = sorted(path.glob('*.npz'), key=lambda file: natural_order(file.name))
    if not files:
        raise DataError(
            f'{path} has no file of detections: make them with '
            'tools/analysis_tools/cache_detections.py'
        )
    return [load_detections(file) for file in files]


def read_origin(path: str | Path) -> str | None:
    """Read what the detections of a file depend on.

    Args:
        path: The ``.npz`` file.

    Returns:
        The ``origin`` that `save_detections` was given; None if there is no file.
    """
    if not Path(path).is_file():
        return None
    return str(_read(path)['origin'])


def _read(path: str | Path) -> dict[str, np.ndarray]:
    if not Path(path).is_file():
        raise DataError(f'{path} does not exist')
    try:
        with np.load(path) as stored:
            arrays = dict(stored)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f'{path} is not a file of detections: {error}') from error
    needed = {
        *_ARRAYS,
        *_COLUMNS,
        'name',
        'frame_rate',
        'ori_shape',
        'images',
        'origin',
    }
    if missing := sorted(needed - set(arrays)):
        raise DataError(f'{path} is not a file of detections: {missing[0]} is missing')
    return arrays
