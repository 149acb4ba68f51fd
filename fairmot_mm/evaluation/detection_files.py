"""Files of detections, so that the network runs once for many trackers."""

from dataclasses import fields
from pathlib import Path

import numpy as np

from fairmot_mm.evaluation.detected_sequence import PREDICTIONS, DetectedSequence
from fairmot_mm.utils import DataError, MOTRows, atomic_path
from fairmot_mm.utils.array_files import read_arrays
from fairmot_mm.utils.exact_numbers import rate_number
from fairmot_mm.utils.file_listing import list_files

_ARRAYS = ('starts', 'frames', *PREDICTIONS)
_WHAT = 'a file of detections'
_ABOUT = ('name', 'frame_rate', 'ori_shape', 'images', 'origin')
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
    files = list_files(path, '.npz') if path.is_dir() else [path]
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
    """Read the arrays, and check that they belong together."""
    stored = read_arrays(path, [*_ARRAYS, *_COLUMNS, *_ABOUT], _WHAT)
    starts, gt = stored['starts'], [stored[name] for name in _COLUMNS]
    counts = {len(stored[name]) for name in PREDICTIONS if stored[name].ndim}
    fits = (
        starts.ndim == 1
        and starts.dtype.kind == 'i'
        and len(starts) > 0
        and starts[0] == 0
        and (np.diff(starts) >= 0).all()
        and counts == {int(starts[-1])}
        and stored['bboxes'].shape[1:] == (4,)
        and stored['embeds'].ndim == 2
        and len({len(column) for column in gt if column.ndim}) == 1
        and stored['frames'].shape == (len(starts) - 1,)
        and stored['frames'].dtype.kind == 'i'
        and stored['gt_frames'].dtype.kind == stored['gt_ids'].dtype.kind == 'i'
        and stored['ori_shape'].shape == (2,)
        and stored['images'].shape in ((0,), (len(starts) - 1,))
        and stored['frame_rate'].dtype.kind in 'if'
    )
    if not fits:
        raise DataError(f'{path} is not {_WHAT}: its arrays do not fit')
    rate_number(stored['frame_rate'].item(), f'{path}: frame_rate')
    return stored
