"""Writing ``seqinfo.ini`` and ``gt/gt.txt`` of a sequence."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fairmot_mm.datasets.converters.label_part import LabelPart
from fairmot_mm.utils.boxes import cxcywh_to_tlwh


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
    """
    (folder / 'seqinfo.ini').write_text(
        f'[Sequence]\nname={name}\nimDir=img1\nframeRate={frame_rate:g}\n'
        f'seqLength={len(images)}\nimWidth={size[0]}\nimHeight={size[1]}\n'
        f'imExt={images[0].suffix}\n'
    )


def write_ground_truth(folder: Path, part: LabelPart) -> None:
    """Write the labels of a part as ground truth, ``folder/gt/gt.txt``.

    The file has the columns of MOT17. Mark and visibility are 1; the class is the class
    id + 1. Boxes without identity are left out.

    Args:
        folder: The sequence folder.
        part: The images of the sequence and their labels.
    """
    boxes = cxcywh_to_tlwh(part.boxes) * np.tile(part.source.sizes, 2)[part.image]
    lines = [
        f'{image + 1},{identity},{x:.2f},{y:.2f},{w:.2f},{h:.2f},1,{label + 1},1\n'
        for image, identity, label, (x, y, w, h) in zip(
            part.image, part.ids, part.labels, boxes, strict=True
        )
        if identity >= 0
    ]
    (folder / 'gt').mkdir()
    (folder / 'gt' / 'gt.txt').write_text(''.join(lines))
