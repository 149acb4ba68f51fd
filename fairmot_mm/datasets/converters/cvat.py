"""Converting videos annotated with CVAT, exported as "CVAT for video 1.1"."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, zip_longest
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from fairmot_mm.datasets.converters.class_map import PEDESTRIAN_ONLY
from fairmot_mm.datasets.converters.conversion_report import ConversionReport
from fairmot_mm.datasets.converters.jde_writer import write_jde_set
from fairmot_mm.datasets.converters.label_part import (
    ALL_IMAGES,
    SourcePart,
    read_sizes,
)
from fairmot_mm.datasets.converters.target import Target
from fairmot_mm.utils import (
    DataError,
    list_images,
    natural_order,
    require_frames,
)
from fairmot_mm.utils.boxes import xyxy_to_tlwh
from fairmot_mm.utils.exact_numbers import real_number, whole_number
from fairmot_mm.utils.file_listing import find_images
from fairmot_mm.utils.text_files import read_xml

_CORNERS = ('xtl', 'ytl', 'xbr', 'ybr')


@dataclass(frozen=True)
class _Shape:
    """A shape of a track in a frame.

    Attributes:
        frame: Frame number of the task, from 0.
        outside: Whether the track is out of view from this frame on.
        corners: Left, top, right, bottom in pixels; zeros where it is not a box.
        is_box: Whether the shape is a box that is not rotated.
    """

    frame: int
    outside: bool
    corners: tuple[float, ...]
    is_box: bool


def convert_cvat(
    source: str | Path,
    out: str | Path,
    name: str,
    *,
    ending: str = 'train',
    frame_rate: float = 30.0,
    classes: Sequence[str] = PEDESTRIAN_ONLY,
    ignore_classes: Sequence[str] = (),
    clip: bool = False,
    copy: bool = False,
    workers: int | None = None,
    show_progress: bool = False,
) -> ConversionReport:
    """Convert CVAT tracks, a folder with an XML file and the images for each video.

    The images of ``SOURCE/SEQ`` become ``OUT/NAME/images/ENDING/SEQ/img1``, with
    ``seqinfo.ini`` and ``gt/gt.txt`` to test on. See `write_jde_set`.

    Each ``<track>`` is one identity. Boxes marked ``outside`` are left out. Frames
    between two boxes of a track, as in exports of key frames, get interpolated boxes.
    Only frames of the task are converted: from ``start_frame`` to ``stop_frame``, in
    the steps of ``frame_filter``. CVAT counts them from 0. If there are as many images
    as the task has frames, the images are those frames. If there are fewer, as after
    frames were deleted in CVAT, ``frame_000003.jpg`` is frame 3; boxes of the deleted
    frames are left out. Otherwise the images are those of the whole video, and frame k
    is image k in natural order. A box of any other frame is an error.

    Args:
        source: Folder with one folder for each video. Nothing is written there.
        out: Data root of the training configs.
        name: Name of the set.
        ending: Ending of the list: 'train' writes ``OUT/name.train``.
        frame_rate: Frames per second, for ``seqinfo.ini``.
        classes: See `ClassMap`; names are those of the labels in CVAT.
        ignore_classes: Names of classes whose boxes become ignore regions, in which
            nothing is trained; see `write_jde_set`.
        clip: Clip boxes to the image.
        copy: Copy images rather than link to them.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw progress bars.

    Raises:
        DataError: The folder has no annotations, or a file is malformed.
        OutputError: ``out`` cannot be written.
    """
    source = Path(source)
    files = [file for file in source.glob('[!.]*/*.xml') if file.name[0] != '.']
    files.sort(key=lambda file: natural_order(str(file)))
    if not files:
        raise DataError(
            f'no SEQ/*.xml in {source}: unpack each export there, to a separate folder'
        )
    for file, following in pairwise(files):
        if file.parent == following.parent:
            raise DataError(f'{file.parent} has more than one XML file: keep one')
    target = Target(Path(out), name, copy, workers, show_progress)
    target.require_apart(source)
    read = partial(_read_video, ending=ending, frame_rate=frame_rate)
    return write_jde_set(
        target,
        files,
        read,
        [ending],
        classes=classes,
        ignore_classes=ignore_classes,
        clip=clip,
    )


def _read_video(file: Path, ending: str, frame_rate: float) -> SourcePart:
    root = _read_xml(file)
    start, stop, step, size = (
        _number(file, root, key)
        for key in ('start_frame', 'stop_frame', 'step', 'size')
    )
    images, deletable = _images_by_frame(file, start or 0, stop, step or 1, size)
    places = {frame: place for place, frame in enumerate(images)}
    shapes, names, ids = [], [], []
    for number, track in enumerate(root.findall('track')):
        given = _shapes(file, track)
        kept = [each.frame for each in given if not each.outside]
        require_frames(
            np.array([frame for frame in kept if frame not in deletable], np.int64),
            np.array([*images], np.int64),
            f'track {track.get("id")} has',
            lambda _: str(file),
            f' ({len(images)} images)',
        )
        own = list(_interpolated(given, [*images]))
        shapes += own
        names += [track.get('label', '')] * len(own)
        ids += [number] * len(own)
    xyxy = np.array([shape.corners for shape in shapes], float).reshape(-1, 4)
    paths = list(images.values())
    return SourcePart(
        f'{ending}/{file.parent.name}/img1',
        paths,
        read_sizes(paths),
        image=np.array([places.get(shape.frame, -1) for shape in shapes], np.int64),
        names=np.array(names, object),
        ids=np.array(ids, np.int64),
        tlwh=xyxy_to_tlwh(xyxy),
        dropped={
            'no upright box': ~np.array([one.is_box for one in shapes], bool),
            'the frame was deleted in CVAT': np.array(
                [one.frame not in images for one in shapes], bool
            ),
        },
        lists={ending: ALL_IMAGES},
        frame_rate=frame_rate,
        file=file,
    )


def _read_xml(file: Path) -> ElementTree.Element:
    root = read_xml(file)
    if root.find('meta/project') is not None:
        raise DataError(
            f'{file} is the export of a project: export each task separately'
        )
    if root.find('image') is not None or root.tag != 'annotations':
        raise DataError(f'{file} has no tracks: export it as "CVAT for video 1.1"')
    return root


def _number(file: Path, root: ElementTree.Element, key: str) -> int | None:
    """Read a number that describes the task; the step stands in ``frame_filter``."""
    if key == 'step':
        text = (root.findtext('meta//frame_filter') or '').partition('step=')[2]
    else:
        text = root.findtext(f'meta//{key}') or ''
    low = 1 if key == 'step' else 0
    return whole_number(text, f'{file}: {key}', low) if text.strip() else None


def _images_by_frame(
    file: Path, start: int, stop: int | None, step: int, size: int | None
) -> tuple[dict[int, Path], range]:
    """Image of each frame of the task, and frames that CVAT may have deleted."""
    folders = {image.parent for image in find_images(file.parent)}
    if len(folders) != 1:
        found = ', '.join(str(folder) for folder in sorted(folders)) or 'none'
        raise DataError(
            f'{file.parent} must have the images of its video in one folder; they '
            f'were found in: {found}'
        )
    images = list_images(folders.pop())
    if len(images) == size:
        return {start + k * step: image for k, image in enumerate(images)}, range(0)
    exported = size is None or len(images) < size
    numbers = _numbers_of_names(images, exported)
    if numbers is None and exported and size is not None:
        raise DataError(
            f'{file}: the task has {size} frames, but {images[0].parent} has '
            f'{len(images)} images, and their names do not say which frames they are: '
            'name them as CVAT does, frame_000000.jpg for frame 0'
        )
    last = max(numbers or [len(images) - 1])
    by_number = dict(zip(numbers or range(len(images)), images, strict=True))
    task = range(start, (last if stop is None else stop) + 1, step)
    of_task = {frame: image for frame, image in by_number.items() if frame in task}
    if not of_task:
        raise DataError(f'{file}: no image in {images[0].parent} is of its frames')
    return of_task, task if exported and numbers else range(0)


def _numbers_of_names(images: Sequence[Path], exported: bool) -> list[int] | None:
    """Frame numbers in the names of images; None if frames are to be counted.

    CVAT calls its images ``frame_000000`` and so on. Other programs number from 0 or
    from 1, so that numbers are only clear if they begin at 0.

    Args:
        images: Images in natural order.
        exported: Whether the images can be an export of the task, with or without all
            of its frames, and not the whole video.
    """
    parts = [re.fullmatch(r'(.*?)(\d+)', image.stem) for image in images]
    if not all(parts) or len({part[1] for part in parts if part}) > 1:
        return None
    numbers = [int(part[2]) for part in parts if part]
    if len(set(numbers)) < len(numbers):
        raise DataError(
            f'{images[0].parent} has two images of one frame: keep one of each'
        )
    if numbers[0] == 0 or (exported and parts[0] and parts[0][1] == 'frame_'):
        return numbers
    if numbers[-1] - numbers[0] + 1 != len(numbers):
        raise DataError(
            f'{images[0].parent}: images are missing between {images[0].name} and '
            f'{images[-1].name}, and their names do not say which frame is frame 0 of '
            'CVAT: name them as CVAT does, frame_000000.jpg for frame 0'
        )
    return None


def _shapes(file: Path, track: ElementTree.Element) -> list[_Shape]:
    """Shapes of a track by frame."""
    shapes = []
    for shape in track:
        where = f'{file}: a malformed {shape.tag} in track {track.get("id")}'
        try:
            turned = real_number(shape.get('rotation', 0), f'{where}: rotation')
            is_box = shape.tag == 'box' and turned == 0
            corners = tuple(
                real_number(shape.attrib[key], f'{where}: {key}')
                for key in _CORNERS
                if is_box
            )
            frame = whole_number(shape.attrib['frame'], f'{where}: frame', low=0)
        except KeyError as error:
            raise DataError(f'{where}: {error} is missing') from error
        outside = shape.get('outside') == '1'
        shapes.append(_Shape(frame, outside, corners or (0.0,) * 4, is_box))
    return sorted(shapes, key=lambda shape: shape.frame)


def _interpolated(shapes: Sequence[_Shape], frames: Sequence[int]) -> Iterator[_Shape]:
    """The shapes that are in view, and between them one in each of the frames."""
    for shape, following in zip_longest(shapes, shapes[1:]):
        if shape.outside:
            continue
        yield shape
        if following is None or not shape.is_box:
            continue
        goal = following if following.is_box and not following.outside else shape
        between = slice(
            bisect_right(frames, shape.frame), bisect_left(frames, following.frame)
        )
        for frame in frames[between]:
            share = (frame - shape.frame) / (following.frame - shape.frame)
            corners = tuple(
                (1 - share) * here + share * there
                for here, there in zip(shape.corners, goal.corners, strict=True)
            )
            yield _Shape(frame, False, corners, True)
