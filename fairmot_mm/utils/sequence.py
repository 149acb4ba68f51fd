"""Reading MOTChallenge sequence folders: images and ``seqinfo.ini``."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from fairmot_mm.utils.box_units import refuse_fractions
from fairmot_mm.utils.errors import ConfigError, DataError
from fairmot_mm.utils.exact_numbers import rate_number, whole_number
from fairmot_mm.utils.file_listing import folder_content, list_images, sort_images
from fairmot_mm.utils.frame_numbering import (
    MAX_FRAME_NUMBER,
    Frames,
    frame_numbers,
    require_frames,
)
from fairmot_mm.utils.images import image_size
from fairmot_mm.utils.mot_io import MOTRows, mot_rows
from fairmot_mm.utils.mot_table import MOTTable
from fairmot_mm.utils.text_files import read_ini, write_text

SPLITS = ('all', 'first-half', 'second-half')
LARGEST_SIDE = 1_000_000  # pixels of a frame that seqinfo.ini may name


def split_range(count: int, split: str) -> range:
    """Choose the frames of a part of a sequence.

    As published, the first half is the first ``int(count / 2)`` frames: training on
    half of MOT17 takes them, its validation takes the rest.

    Args:
        count: Number of frames of the sequence.
        split: One of `SPLITS`.

    Returns:
        Numbers of the frames, from 0.

    Raises:
        ConfigError: Unknown `split`.
    """
    if split not in SPLITS:
        raise ConfigError(f'split = {split!r}: choose one of {", ".join(SPLITS)}')
    half = count // 2
    return range(
        half if split == 'second-half' else 0, half if split == 'first-half' else count
    )


@dataclass(frozen=True)
class SequenceInfo:
    """One video as a folder of images.

    Attributes:
        name: Name of the sequence, that of its folder.
        images: Image files in frame order.
        frame_rate: Frames per second.
        width: Width of the images in pixels.
        height: Height of the images in pixels.
        gt_file: ``gt/gt.txt`` of the folder, whether it exists or not.
    """

    name: str
    images: list[Path]
    frame_rate: float
    width: int
    height: int
    gt_file: Path

    @classmethod
    def read(cls, folder: str | Path) -> 'SequenceInfo':
        """Read a sequence folder.

        Without ``seqinfo.ini`` the images lie in ``img1`` or in the folder itself, the
        size is that of the first image and the frame rate is 30.

        Args:
            folder: The folder of the sequence.

        Returns:
            The sequence.

        Raises:
            DataError: Folder, images or a key of ``seqinfo.ini`` missing or malformed.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise DataError(f'{folder} is not a folder')
        gt_file = folder / 'gt' / 'gt.txt'
        ini = folder / 'seqinfo.ini'
        if ini.is_file():
            values = read_ini(ini, 'Sequence')
            images = list_images(folder / values.get('imdir', 'img1'))
            for key in ('framerate', 'imwidth', 'imheight'):
                if key not in values:
                    raise DataError(f'{ini}: key {key!r} is missing')
            rate = rate_number(values['framerate'], f'{ini}: framerate')
            width, height = (
                whole_number(values[key], f'{ini}: {key}', low=1, high=LARGEST_SIDE)
                for key in ('imwidth', 'imheight')
            )
            return cls(folder.name, images, rate, width, height, gt_file)
        image_dir = folder / 'img1'
        images = list_images(image_dir if image_dir.is_dir() else folder)
        width, height = image_size(images[0])
        return cls(folder.name, images, 30.0, width, height, gt_file)

    @cached_property
    def frames(self) -> np.ndarray:
        """(F,) int64 number of each image in ground truth and results, ascending.

        Raises:
            DataError: Two images have the same number.
        """
        return frame_numbers(self.images)

    def read_ground_truth(self) -> MOTRows:
        """Read ``gt/gt.txt``, every row of which must have an image.

        Returns:
            The rows in file order.

        Raises:
            DataError: The file is missing or malformed, a row has no image, or most
                boxes are fractions of the image.
        """
        table = self.read_gt_table()
        rows = mot_rows(table)
        refuse_fractions(rows.tlwh, table.where)
        return rows

    def read_gt_table(self) -> MOTTable:
        """Read all columns of ``gt/gt.txt``, see `read_ground_truth`.

        Returns:
            The lines in file order.

        Raises:
            DataError: See `read_ground_truth`.
        """
        table = MOTTable.read(self.gt_file)
        rows = table.values[:, 0].astype(np.int64)
        hint = (
            f'; {self.images[0].parent} must have an image for each frame of the file'
        )
        if self.frames[0] == 0 and rows.min(initial=1) == 1:
            hint += ' (its images begin at 0, and the file at 1: renumber one of them)'
        require_frames(rows, self.frames, 'ground truth has', table.where, hint)
        return table


def number_folder(folder: str | Path) -> tuple[Frames | None, str]:
    """Find out which frames a sequence folder has, also where it has no images.

    Args:
        folder: The folder of the sequence.

    Returns:
        The numbers of its images or, without images, 1 to ``seqLength`` of its
        ``seqinfo.ini``; None without both. And the folder or file that says so.

    Raises:
        DataError: ``seqinfo.ini`` is malformed, or two images have the same number.
    """
    folder = Path(folder)
    ini = folder / 'seqinfo.ini'
    values = read_ini(ini, 'Sequence') if ini.is_file() else {}
    image_dir = folder / values.get('imdir', 'img1')
    if 'imdir' not in values and not image_dir.is_dir():
        image_dir = folder
    images = sort_images(folder_content(image_dir)) if image_dir.is_dir() else []
    if images:
        return frame_numbers(images), str(image_dir)
    if 'seqlength' not in values:
        return None, ''
    length = whole_number(values['seqlength'], f'{ini}: seqlength', 1, MAX_FRAME_NUMBER)
    return range(1, length + 1), str(ini)


def write_seqinfo(
    folder: Path,
    name: str,
    frame_rate: float,
    size: tuple[int, int],
    images: Sequence[Path],
) -> None:
    """Write ``folder/seqinfo.ini``.

    Args:
        folder: The sequence folder; its images are in ``img1``.
        name: Name of the sequence.
        frame_rate: Frames per second.
        size: Width and height of the images in pixels.
        images: All images of the sequence.

    Raises:
        DataError: The frame rate cannot be used.
        OutputError: The file cannot be written.
    """
    frame_rate = rate_number(frame_rate, f'{name}: frame rate')
    name = ' '.join(name.splitlines())  # a value is one line
    write_text(
        folder / 'seqinfo.ini',
        f'[Sequence]\nname={name}\nimDir=img1\nframeRate={frame_rate:.10g}\n'
        f'seqLength={len(images)}\nimWidth={size[0]}\nimHeight={size[1]}\n'
        f'imExt={images[0].suffix}\n',
    )
