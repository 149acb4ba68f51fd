"""Write a synthetic scene as a MOTChallenge sequence folder."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from fairmot_mm.synthetic.synthetic_scene import SyntheticScene
from fairmot_mm.utils import (
    DataError,
    MOTRows,
    OutputError,
    list_images,
    require_writable_dir,
)
from fairmot_mm.utils.class_files import CLASS_FILE
from fairmot_mm.utils.sequence import write_seqinfo
from fairmot_mm.utils.text_files import read_ini, write_text

# Section of seqinfo.ini that marks a folder as synthetic: it may be replaced.
_SECTION = 'Synthetic'
_JPEG_QUALITY = 92


def write_sequence(
    folder: str | Path,
    scene: SyntheticScene,
    on_frame: Callable[[], None] | None = None,
) -> Path:
    """Write ``img1/000001.jpg ...``, ``gt/gt.txt`` and ``seqinfo.ini``.

    With several classes, ``gt/labels.txt`` has their names.

    The folder gets its name only when it is complete. An earlier synthetic sequence of
    this name is replaced. The same scene gives the same bytes.

    Args:
        folder: The sequence folder; the sequence gets the name of the folder.
        scene: The scene to paint.
        on_frame: Function to call after every frame.

    Returns:
        The folder.

    Raises:
        OutputError: The folder cannot be written, or it holds something else.
    """
    folder = Path(folder)
    _require_replaceable(folder)
    require_writable_dir(folder.parent)
    with tempfile.TemporaryDirectory(
        prefix=f'.{folder.name}.', dir=folder.parent
    ) as name:
        new, old = Path(name) / 'new', Path(name) / 'old'
        _write_frames(new, scene, on_frame)
        size = scene.width, scene.height
        images = list_images(new / 'img1')
        write_seqinfo(new, folder.name, scene.frame_rate, size, images)
        arguments = ''.join(f'{key}={value}\n' for key, value in vars(scene).items())
        with (new / 'seqinfo.ini').open('a', encoding='utf-8') as file:
            file.write(f'\n[{_SECTION}]\n{arguments}')
        if folder.exists():
            folder.replace(old)
        new.replace(folder)
    return folder


def _require_replaceable(folder: Path) -> None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    try:
        read_ini(folder / 'seqinfo.ini', _SECTION)
    except DataError as error:
        raise OutputError(
            f'{folder} exists and is not a synthetic sequence: choose another name'
        ) from error


def _write_frames(
    folder: Path, scene: SyntheticScene, on_frame: Callable[[], None] | None
) -> None:
    images = folder / 'img1'
    images.mkdir(parents=True)
    lines: list[tuple[int, int, str]] = []
    for index, (image, rows) in enumerate(scene.frames(), 1):
        path = images / f'{index:06d}.jpg'
        if not cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]):
            raise OutputError(f'cannot write {path}: is the disk full?')
        lines += _gt_lines(rows)
        if on_frame is not None:
            on_frame()
    gt_file = folder / 'gt' / 'gt.txt'
    write_text(gt_file, ''.join(line for _, _, line in sorted(lines)))
    if len(scene.classes) > 1:
        names = ''.join(f'{name}\n' for name in scene.classes)
        write_text(gt_file.with_name(CLASS_FILE), names)


def _gt_lines(rows: MOTRows) -> list[tuple[int, int, str]]:
    """Format each row with the nine columns of MOT17: identity, frame and text."""
    table = np.column_stack([rows.tlwh, rows.visibility])
    return [
        (
            int(identity),
            int(frame),
            f'{frame},{identity},{x:.2f},{y:.2f},{w:.2f},{h:.2f},1,{label},'
            f'{visibility:.5f}\n',
        )
        for frame, identity, label, (x, y, w, h, visibility) in zip(
            rows.frames, rows.ids, rows.classes, table, strict=True
        )
    ]
