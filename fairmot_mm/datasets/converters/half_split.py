"""The half protocol of MOT17: train on first halves, test on second halves."""

from collections.abc import Sequence
from pathlib import Path

from fairmot_mm.datasets.converters.target import Target, place_file
from fairmot_mm.utils import SequenceInfo, write_text
from fairmot_mm.utils.class_files import CLASS_FILE
from fairmot_mm.utils.mot_table import MOTTable
from fairmot_mm.utils.sequence import write_seqinfo

SECOND_HALVES = Path('images/half-val')


def half_lists(count: int) -> dict[str, slice]:
    """Choose the images of the lists ``half``, ``val`` and ``emb`` of a sequence.

    Args:
        count: Number of images of the sequence. The first half is the shorter one if
            the number is odd.

    Returns:
        For each list the slice of the images that it names.
    """
    half = count // 2
    return {
        'half': slice(half),
        'val': slice(half, None),
        'emb': slice(half, None, 3),
    }


def write_second_halves(
    infos: Sequence[SequenceInfo], target: Target, staging: Path
) -> list[Path]:
    """Write the second half of each sequence as a separate sequence.

    The new sequence is a plain MOTChallenge folder of the same name. It has all ground
    truth rows of its frames, including those that evaluation ignores. Frames count from
    1 again.

    Args:
        infos: The whole sequences.
        target: Where the data set is written, and how.
        staging: Folder in which the new folders are made. Ground truth that was written
            there for a whole sequence takes the place of that of the source.

    Returns:
        The folders that were made, relative to ``staging``.
    """
    for info in infos:
        folder = staging / SECOND_HALVES / info.name
        val = half_lists(len(info.images))['val']
        images, frames = info.images[val], info.frames[val]
        (folder / 'img1').mkdir(parents=True)
        for number, image in enumerate(images, 1):
            name = f'{number:06d}{image.suffix}'
            place_file(image, folder / 'img1' / name, target.copy, staging)
        written = staging / 'images/train' / info.name / 'gt/gt.txt'
        gt = written if written.is_file() else info.gt_file
        names = gt.with_name(CLASS_FILE)
        if names.is_file():
            write_text(folder / 'gt' / CLASS_FILE, names.read_text())
        _write_ground_truth(gt, frames.tolist(), folder)
        size = info.width, info.height
        write_seqinfo(folder, info.name, info.frame_rate, size, images)
    return [SECOND_HALVES]


def _write_ground_truth(gt: Path, frames: Sequence[int], folder: Path) -> None:
    """Copy the rows of these frames, in file order, with new frame numbers."""
    numbers = {frame: number for number, frame in enumerate(frames, 1)}
    table = MOTTable.read(gt)
    lines = [
        f'{numbers[frame]},{",".join(fields[1:])}\n'
        for frame, fields in zip(table.values[:, 0], table.fields, strict=True)
        if frame in numbers
    ]
    write_text(folder / 'gt' / 'gt.txt', ''.join(lines))
