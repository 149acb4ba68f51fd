"""Checking an image and its label file."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from PIL import Image

from fairmot_mm.datasets.check.problem import WARNINGS, Problem
from fairmot_mm.datasets.label_lines import IGNORE_CLASS, LABEL_COLUMNS, label_problem
from fairmot_mm.utils import DataError, SequenceInfo
from fairmot_mm.utils.images import image_size, read_image
from fairmot_mm.utils.text_files import read_lines

# Rounding to six decimals may move a side of a clipped box by this much.
_TOLERANCE = 2e-6


@dataclass
class ImageCheck:
    """What the check of an image and its label file found.

    Attributes:
        image: The image.
        label: Its label file.
        boxes: (class, identity, line number) of each line without an error.
        ignored: Number of ignore regions, which are not in `boxes`.
        problems: What is wrong.
    """

    image: Path
    label: Path
    boxes: list[tuple[int, int, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ignored: int = 0


def check_image(
    found: ImageCheck, *, num_classes: int, clipped: bool, decode: bool
) -> ImageCheck:
    """Check an image and its label file.

    Args:
        found: The image and its label file; boxes and problems are added.
        num_classes: Classes must be below this.
        clipped: Boxes must not reach beyond the image.
        decode: Decode the image; otherwise only its header is read.

    Returns:
        ``found``.
    """
    image, label = found.image, found.label
    found.problems += _check_pixels(image, decode)
    if not label.is_file():
        what = f'{image} has no label file (No such file or directory)'
        found.problems.append(Problem('missing-label', str(label), what))
        return found
    try:
        lines = read_lines(label)
    except DataError as error:
        found.problems.append(Problem('bad-label', str(label), str(error)))
        return found
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words:
            continue
        where = f'{label}, line {number}'
        problem = _check_line(words, num_classes, clipped)
        if problem:
            found.problems.append(Problem(problem[0], where, problem[1]))
        if problem is None or problem[0] in WARNINGS:
            label_class, identity = int(float(words[0])), int(float(words[1]))
            if label_class == IGNORE_CLASS:
                found.ignored += 1
            else:
                found.boxes.append((label_class, identity, number))
    if not any(line.split() for line in lines):
        found.problems.append(Problem('empty-frame', str(label), 'no box'))
    found.problems += _repeated(found)
    return found


def check_background(found: ImageCheck, *, decode: bool) -> ImageCheck:
    """Check an image that must show no people; it needs no label file.

    Args:
        found: The image and the label file that it may have; problems are added.
        decode: Decode the image; otherwise only its header is read.

    Returns:
        ``found``.
    """
    found.problems += _check_pixels(found.image, decode)
    label = found.label
    if label != found.image and label.is_file() and label.read_text('latin-1').strip():
        what = f'{found.image} is background, but its label file is not empty'
        found.problems.append(Problem('labelled-background', str(label), what))
    return found


def _check_pixels(image: Path, decode: bool) -> Iterator[Problem]:
    """Find out whether an image exists, can be decoded and has the right size."""
    if not image.is_file():
        yield Problem('missing-image', str(image), 'does not exist')
        return
    try:
        size = image_size(image)
        if decode:
            read_image(str(image))  # as training does
            _load_to_the_end(image)
    except (DataError, OSError, SyntaxError, ValueError) as error:
        yield Problem('unreadable-image', str(image), f'cannot be decoded ({error})')
        return
    try:
        said = _sequence_size(image.parent) or _sequence_size(image.resolve().parent)
    except DataError as error:
        yield Problem('bad-seqinfo', str(image.parent.parent), str(error))
        return
    if said and said[:2] != size:
        what = f'{size[0]}x{size[1]} pixels, but {said[2]} says {said[0]}x{said[1]}'
        yield Problem('wrong-size', str(image), what)


def _load_to_the_end(image: Path) -> None:
    """Raise if an image is cut off: OpenCV makes the missing part grey."""
    # Pillow refuses to decode very large images, which OpenCV reads.
    with suppress(Image.DecompressionBombError), Image.open(image) as opened:
        opened.load()


def _sequence_size(folder: Path) -> tuple[int, int, str] | None:
    """Width and height in ``seqinfo.ini`` above a folder of images, and its path."""
    ini = folder.parent / 'seqinfo.ini'
    return _read_size(ini, ini.stat().st_mtime_ns) if ini.is_file() else None


@lru_cache(maxsize=1024)
def _read_size(ini: Path, changed: int) -> tuple[int, int, str]:
    """Read ``seqinfo.ini`` once for all images, and again when it has ``changed``."""
    info = SequenceInfo.read(ini.parent)
    return info.width, info.height, str(ini)


def _check_line(
    words: list[str], num_classes: int, clipped: bool
) -> tuple[str, str] | None:
    """Kind and description of the first problem of a line; None if it has none."""
    limit = f'there are {num_classes} classes, from 0'
    if problem := label_problem(words, LABEL_COLUMNS, num_classes, limit):
        return problem
    return _check_box(*map(float, words[2:]), clipped=clipped)


def _check_box(
    cx: float, cy: float, w: float, h: float, *, clipped: bool
) -> tuple[str, str] | None:
    text = f'{cx:g} {cy:g} {w:g} {h:g}'
    if w <= 0 or h <= 0:
        return 'no-area', f'width {w:g}, height {h:g}'
    sides = cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2
    is_unseen = sides[0] >= 1 or sides[1] >= 1 or sides[2] <= 0 or sides[3] <= 0
    if clipped and (min(sides) < -_TOLERANCE or max(sides) > 1 + _TOLERANCE):
        return 'outside-range', f'box {text} reaches beyond the image'
    if is_unseen:
        return 'beyond-image', f'box {text} lies beyond the image'
    return None


def _repeated(found: ImageCheck) -> Iterator[Problem]:
    """Identities that occur more than once in an image."""
    lines: dict[tuple[int, int], int] = {}
    for label, identity, number in found.boxes:
        first = lines.setdefault((label, identity), number)
        if identity >= 0 and first != number:
            yield Problem(
                'repeated-identity',
                f'{found.label}, line {number}',
                f'identity {identity}, as in line {first}',
            )
