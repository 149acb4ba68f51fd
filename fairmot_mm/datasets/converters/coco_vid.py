"""Converting COCO annotations of videos and of images."""

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

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
from fairmot_mm.utils import DataError, natural_order
from fairmot_mm.utils.exact_numbers import rate_number, whole_number
from fairmot_mm.utils.text_files import read_json

_IDENTITY_KEYS = ('track_id', 'instance_id')


@dataclass(frozen=True)
class _Video:
    """Images of a video or folder, and their annotations by image id."""

    name: str
    folder: str
    images: list[dict]
    annotations: dict[int, list[dict]]
    frame_rate: float | None


def convert_coco_vid(
    annotations: str | Path,
    image_root: str | Path,
    out: str | Path,
    name: str,
    *,
    ending: str = 'train',
    frame_rate: float = 30.0,
    classes: Sequence[str] = PEDESTRIAN_ONLY,
    ignore_classes: Sequence[str] = (),
    keep_ignored: bool = False,
    clip: bool = False,
    copy: bool = False,
    workers: int | None = None,
    show_progress: bool = False,
) -> ConversionReport:
    """Convert a COCO file with ``videos`` and track ids, or without them.

    The images of a video become ``OUT/NAME/images/ENDING/VIDEO/img1``, with
    ``seqinfo.ini`` and ``gt/gt.txt`` to test on. Their order is that of ``frame_id``
    or, without it, the natural order of their names; if the names are in another order,
    that is an error. `frame_numbers` says which frame an image is. Images of no video
    keep their folder: ``OUT/NAME/images/ENDING/FOLDER``. See `write_jde_set`.

    ``track_id`` or ``instance_id`` of an annotation is its identity within the video
    (or the folder). An annotation with neither has no identity. Annotations with
    ``iscrowd`` or ``ignore`` are left out by default.

    Args:
        annotations: The JSON file.
        image_root: Folder that ``file_name`` of the images is relative to. Nothing is
            written there.
        out: Data root of the training configs.
        name: Name of the set.
        ending: Ending of the list: 'train' writes ``OUT/name.train``.
        frame_rate: Frames per second of videos without ``fps``.
        classes: See `ClassMap`; names are those of ``categories``.
        ignore_classes: Names of classes whose boxes become ignore regions, in which
            nothing is trained; see `write_jde_set`.
        keep_ignored: Make ignore regions of annotations with ``iscrowd`` or
            ``ignore``, too.
        clip: Clip boxes to the image.
        copy: Copy images rather than link to them.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw progress bars.

    Raises:
        DataError: The file or an image is malformed or missing, or an image has another
            size than the file says.
        OutputError: ``out`` cannot be written.
    """
    file = Path(annotations)
    target = Target(Path(out), name, copy, workers, show_progress)
    target.require_apart(image_root)
    content = _read_coco(file)
    try:
        videos = _group_by_video(file, content, frame_rate)
        names = {entry['id']: str(entry['name']) for entry in content['categories']}
    except KeyError as error:
        raise DataError(f'{file}: an entry has no {error}') from error
    except DataError:
        raise
    except (TypeError, AttributeError, ValueError) as error:
        raise DataError(f'{file} is not a COCO file: {error}') from error
    if not videos:
        raise DataError(f'{file} lists no image')
    read = partial(
        _read_video,
        file=file,
        image_root=Path(image_root),
        categories=names,
        ending=ending,
    )
    return write_jde_set(
        target,
        videos,
        read,
        [ending],
        classes=classes,
        ignore_classes=ignore_classes,
        keep_ignored=keep_ignored,
        clip=clip,
    )


def _read_coco(file: Path) -> dict[str, Any]:
    content = read_json(file)
    for key in ('images', 'annotations', 'categories'):
        if not isinstance(content, dict) or not isinstance(content.get(key), list):
            raise DataError(f'{file} is not a COCO file: it has no list {key!r}')
    return content


def _group_by_video(
    file: Path, content: dict[str, Any], default_rate: float
) -> list[_Video]:
    """Images grouped by video or, without videos, by folder."""
    for image in content['images']:
        _check_name(file, image['file_name'])
    listed = Counter(image['id'] for image in content['images'])
    twice = [number for number, count in listed.items() if count > 1]
    if twice:
        raise DataError(f'{file}: two images have the id {twice[0]!r}')
    annotations = defaultdict(list)
    for entry in content['annotations']:
        if entry['image_id'] not in listed:
            raise DataError(
                f'{file}: annotation {entry.get("id")} belongs to image '
                f'{entry["image_id"]}, which the file does not list'
            )
        annotations[entry['image_id']].append(entry)
    known = {video['id']: video for video in content.get('videos') or []}
    groups = defaultdict(list)
    for image in content['images']:
        video = image.get('video_id')
        parent = PurePosixPath(image['file_name'].replace('\\', '/')).parent
        groups[(video, '' if video in known else parent.as_posix())].append(image)
    videos = []
    for (video, folder), images in groups.items():
        own = {image['id']: annotations[image['id']] for image in images}
        images.sort(key=lambda image: natural_order(image['file_name']))
        if video in known and all('frame_id' in image for image in images):
            images.sort(key=lambda image: image['frame_id'])
        if video in known:
            title = str(known[video].get('name', video)).strip('/').replace('/', '-')
            _check_name(file, title)
            said = known[video].get('fps')
            rate = default_rate if said is None else said
            rate = rate_number(rate, f'{file}: fps of video {title}')
            videos.append(_Video(title, f'{title}/img1', images, own, rate))
        else:
            videos.append(_Video(folder, folder, images, own, None))
    return sorted(videos, key=lambda video: natural_order(video.folder))


def _read_video(
    video: _Video, file: Path, image_root: Path, categories: dict[int, str], ending: str
) -> SourcePart:
    paths = [_image_path(image_root, image['file_name']) for image in video.images]
    said = [(image.get('width'), image.get('height')) for image in video.images]
    sizes = read_sizes(paths, said, file)
    place = {image['id']: index for index, image in enumerate(video.images)}
    entries = [entry for own in video.annotations.values() for entry in own]
    try:
        return SourcePart(
            PurePosixPath(ending, video.folder).as_posix(),
            paths,
            sizes,
            image=np.array([place[entry['image_id']] for entry in entries], np.int64),
            names=np.array([categories[e['category_id']] for e in entries], object),
            ids=np.array([_identity(file, entry) for entry in entries], np.int64),
            tlwh=np.array([_box(entry) for entry in entries], np.float64).reshape(
                -1, 4
            ),
            flagged={
                key: np.array([entry.get(key, 0) == 1 for entry in entries], bool)
                for key in ('iscrowd', 'ignore')
            },
            lists={ending: ALL_IMAGES},
            frame_rate=video.frame_rate,
            file=file,
        )
    except DataError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise DataError(
            f'{file}: a malformed annotation of {video.name} ({error!r})'
        ) from error


def _check_name(file: Path, name: str) -> None:
    """Raise on a name that is not one of a file below the folder of the images."""
    path = PurePosixPath(name.replace('\\', '/'))
    is_inside = not path.is_absolute() and '..' not in path.parts and path.name
    try:
        if is_inside and name.isprintable() and os.fsencode(name):
            return
    except UnicodeEncodeError:
        pass
    raise DataError(
        f'{file}: {name!r:.80} cannot be the name of a file below the image folder'
    )


def _image_path(root: Path, name: str) -> Path:
    """Path of an image; a name that Windows wrote has other separators."""
    path = root / name
    return path if path.exists() else root / name.replace('\\', '/')


def _identity(file: Path, entry: dict) -> int:
    for key in _IDENTITY_KEYS:
        if entry.get(key) is not None:
            where = f'{file}: {key} of annotation {entry.get("id")}'
            return whole_number(entry[key], where, low=-1)
    return -1


def _box(entry: dict) -> list[float]:
    box = entry['bbox']
    if not isinstance(box, list) or len(box) != 4:
        number = entry.get('id')
        raise ValueError(
            f'bbox {box!r:.80} of annotation {number} has not four numbers'
        )
    return [float(value) for value in box]
