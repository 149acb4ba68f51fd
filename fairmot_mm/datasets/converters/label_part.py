"""Annotations of a source, and the labels that are made of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from fairmot_mm.datasets.converters.class_map import ClassMap
from fairmot_mm.datasets.label_lines import IGNORE_CLASS, are_pixels
from fairmot_mm.utils import DataError
from fairmot_mm.utils.box_units import ADVICE, find_fractions
from fairmot_mm.utils.boxes import tlwh_to_cxcywh, tlwh_to_xyxy, xyxy_to_tlwh
from fairmot_mm.utils.images import image_size

ALL_IMAGES = slice(None)
# Smaller sides are 0 when they are written with six decimals.
_SMALLEST_SIDE = 5e-7
_SMALL_IMAGE = 16  # pixels; in smaller ones a box in pixels may be as small


@dataclass
class SourcePart:
    """Images of one folder and their annotations in a source: N images, R boxes.

    Attributes:
        folder: Folder of the images below ``images``: ``train/SEQ/img1``.
        images: N files of the source.
        sizes: (N, 2) width and height of the images in pixels.
        image: (R,) int64 index of the image of each box, -1 where it is missing.
        names: (R,) names of the classes.
        ids: (R,) int64 identity within the part, -1 where it is unknown.
        tlwh: (R, 4) float64 left, top, width, height in pixels of the image.
        dropped: For each reason that the source gives, a mask (R,) bool of the boxes to
            leave out.
        flagged: The same for boxes that the source keeps but does not count; they are
            left out, or become ignore regions.
        lists: For each ending of a list, the images of the part that the list names.
            Identities are numbered without gaps over the parts with the same first
            ending.
        side_files: Further files of the source, by their target path below ``images``.
        frame_rate: Frames per second of a video in a folder ``.../SEQ/img1``, for which
            ``SEQ/seqinfo.ini`` and ``SEQ/gt/gt.txt`` are written; None writes neither.
        file: The file of the annotations, for messages.
    """

    folder: str
    images: list[Path]
    sizes: np.ndarray
    image: np.ndarray
    names: np.ndarray
    ids: np.ndarray
    tlwh: np.ndarray
    dropped: dict[str, np.ndarray] = field(default_factory=dict)
    flagged: dict[str, np.ndarray] = field(default_factory=dict)
    lists: dict[str, slice] = field(default_factory=lambda: {'train': ALL_IMAGES})
    side_files: dict[str, Path] = field(default_factory=dict)
    frame_rate: float | None = None
    file: Path | None = None


@dataclass
class LabelPart:
    """Labels of the R boxes of a part that training may use.

    Attributes:
        source: The images and what the source says about them.
        image: (R,) int64 index of the image of each box, ascending.
        labels: (R,) int64 class ids, `IGNORE_CLASS` for ignore regions.
        classes: (R,) int64 class ids, also of flagged boxes; -1 for ignore regions
            that belong to no class.
        ids: (R,) int64 identities, unique within part and class, -1 = unknown.
        boxes: (R, 4) float64 cx, cy, w, h divided by the image size.
        rejected: Number of annotations left out, by reason.
    """

    source: SourcePart
    image: np.ndarray
    labels: np.ndarray
    classes: np.ndarray
    ids: np.ndarray
    boxes: np.ndarray
    rejected: Counter[str]

    def texts(self) -> list[str]:
        """Text of each image's label file, '' for an image without boxes."""
        lines = [
            f'{label} {identity} {cx:.6f} {cy:.6f} {w:.6f} {h:.6f}\n'
            for label, identity, (cx, cy, w, h) in zip(
                self.labels, self.ids, self.boxes, strict=True
            )
        ]
        ends = np.searchsorted(self.image, np.arange(len(self.source.images) + 1))
        return [''.join(lines[start:end]) for start, end in pairwise(ends)]


def make_part(
    source: SourcePart,
    classes: ClassMap,
    *,
    clip: bool = False,
    keep_ignored: bool = False,
) -> LabelPart:
    """Make labels of the annotations that training may use.

    Each box that is left out counts under one reason, the first that applies: a reason
    of the source, its class, a missing image, a value that is not finite, no area
    (after clipping), a place far from the image, an identity that the image already
    has. Boxes that reach beyond the image or lie just beyond it stay.

    Args:
        source: The images and their annotations, in any order.
        classes: The classes that become labels.
        clip: Clip boxes to the image, as training on MOT20 asks for.
        keep_ignored: Make ignore regions of boxes that the source does not count.

    Returns:
        The images with their labels, and the number of boxes left out by reason.

    Raises:
        DataError: Most boxes are fractions of the image where pixels are needed.
    """
    _refuse_fractions(source)
    labels = classes.ids_of(source.names)
    own = labels.copy()
    ignored = classes.are_ignored(source.names)
    reasons = dict(source.dropped)
    for reason, flagged in source.flagged.items():
        if keep_ignored:
            ignored |= flagged & (labels >= 0)
        else:  # MOT17 flags the classes, too, that are ignored
            reasons[reason] = flagged & ~ignored
    labels[ignored] = IGNORE_CLASS
    ids = np.where(ignored, -1, source.ids)
    for name in np.unique(source.names[(labels < 0) & ~ignored]):
        reasons[f'class {name!s} is not converted'] = source.names == name
    reasons['the frame has no image'] = source.image < 0
    reasons['not a finite number'] = ~np.isfinite(source.tlwh).all(1)
    size = np.tile(source.sizes[source.image], 2)
    boxes = np.where(np.isfinite(source.tlwh), source.tlwh, 0)
    flat = (boxes / size < _SMALLEST_SIDE)[:, 2:].any(1)
    reasons['width or height is not above 0'] = flat
    if clip:
        boxes = xyxy_to_tlwh(tlwh_to_xyxy(boxes).clip(0, size))
        outside = (boxes / size < _SMALLEST_SIDE)[:, 2:].any(1)
        reasons['outside the image'] = outside & ~flat
    # Divided last, as the published scripts do, so that the sixth decimal is theirs.
    boxes = tlwh_to_cxcywh(boxes) / size
    reasons['far from the image'] = are_pixels(boxes)

    keep, rejected = np.ones(len(boxes), bool), Counter[str]()
    for reason, dropped in reasons.items():
        rejected[reason] += int(np.count_nonzero(keep & dropped))
        keep &= ~dropped
    # By image, then identity; those without one stay in their order.
    order = np.lexsort([ids, source.image])
    order = order[keep[order]]
    keys = np.stack([source.image, labels, ids], 1)[order]
    first = np.sort(np.unique(keys, axis=0, return_index=True)[1])
    first = np.union1d(first, np.flatnonzero(keys[:, 2] < 0))
    rejected['frame and id are those of an earlier box'] += len(keys) - len(first)
    order = order[first]
    return LabelPart(
        source,
        image=source.image[order],
        labels=labels[order],
        classes=own[order],
        ids=ids[order],
        boxes=boxes[order],
        rejected=+rejected,
    )


def _refuse_fractions(source: SourcePart) -> None:
    """Raise if most boxes lie within two pixels, as fractions of the image do."""
    boxes = source.tlwh[np.isfinite(source.tlwh).all(axis=1)]
    tiny = find_fractions(boxes)
    if tiny.any() and source.sizes.min() > _SMALL_IMAGE:
        raise DataError(
            f'{source.file or source.folder}: {tiny.sum()} of {len(boxes)} boxes are '
            f'fractions of the image, such as {boxes[tiny][0].tolist()}; {ADVICE}'
        )


def read_sizes(
    images: Sequence[Path],
    said: Sequence[tuple[int | None, int | None]] = (),
    said_by: object = '',
) -> np.ndarray:
    """Read the sizes of images, and compare them with those that a source gives.

    Args:
        images: N image files.
        said: N pairs of width and height; None is not compared.
        said_by: The file that gives them, for the message.

    Returns:
        (N, 2) width and height in pixels.

    Raises:
        DataError: An image is missing or has a different size.
    """
    sizes = [image_size(image) for image in images]
    for image, size, other in zip(images, sizes, said or sizes, strict=True):
        width, height = (
            real if number is None else number
            for real, number in zip(size, other, strict=True)
        )
        if (width, height) != size:
            raise DataError(
                f'{image} has {size[0]}x{size[1]} pixels, but {said_by} says '
                f'{width}x{height}: correct one of them'
            )
    return np.array(sizes)
