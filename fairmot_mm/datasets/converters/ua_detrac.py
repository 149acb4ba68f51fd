"""Converting UA-DETRAC as downloaded."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from fairmot_mm.datasets.converters.benchmark_part import (
    BenchmarkVideo,
    make_source,
    require_videos,
    write_benchmark_set,
)
from fairmot_mm.datasets.converters.conversion_report import ConversionReport
from fairmot_mm.datasets.converters.label_part import SourcePart
from fairmot_mm.datasets.converters.target import Target
from fairmot_mm.utils import DataError, list_images, natural_order
from fairmot_mm.utils.benchmark_classes import IGNORE_NAME
from fairmot_mm.utils.benchmark_rules import BenchmarkRules
from fairmot_mm.utils.exact_numbers import real_number, whole_number
from fairmot_mm.utils.named_rows import NamedRows
from fairmot_mm.utils.text_files import read_xml

FRAME_RATE = 25.0
# One class as in the benchmark.
VEHICLES = ('vehicle,car,van,bus,others',)
_RULES = BenchmarkRules(regions=frozenset({IGNORE_NAME}))


def convert_ua_detrac(
    source: str | Path,
    out: str | Path,
    name: str = 'ua-detrac',
    *,
    classes: Sequence[str] = VEHICLES,
    ignore_classes: Sequence[str] = (),
    clip: bool = False,
    copy: bool = False,
    workers: int | None = None,
    show_progress: bool = False,
) -> ConversionReport:
    """Convert UA-DETRAC.

    The annotations are the archives ``DETRAC-Train-Annotations-XML`` and
    ``DETRAC-Test-Annotations-XML``, beside the folders of images, of any name, with
    ``MVI_NUMBER/img00001.jpg``. The lists are ``train`` and ``test``. Ignored regions
    of a video are ignore regions in each of its images. All vehicles are one class, as
    in the benchmark, unless ``classes`` names ``car``, ``van``, ``bus`` or ``others``.
    Truncated and occluded vehicles count.

    Args:
        source: Folder with the unpacked archives. Nothing is written there.
        out: Data root of the training configs.
        name: Name of the set.
        classes: See `ClassMap`.
        ignore_classes: Names of classes whose boxes become ignore regions.
        clip: Clip boxes to the image.
        copy: Copy images rather than link to them.
        workers: Number of processes; None starts one for each core.
        show_progress: Draw progress bars.

    Raises:
        DataError: There is no video, or a file is malformed or missing.
        OutputError: ``out`` cannot be written.
    """
    source = Path(source)
    target = Target(Path(out), name, copy, workers, show_progress)
    target.require_apart(source)
    files = [file for file in source.rglob('MVI_*.xml') if file.name[0] != '.']
    files.sort(key=lambda file: natural_order(file.name))
    folders = {path.name: path for path in source.rglob('MVI_*') if path.is_dir()}
    videos = [
        BenchmarkVideo(
            file.stem,
            'test' if 'test' in file.parent.name.lower() else 'train',
            folders.get(file.stem, source / file.stem),
            file,
        )
        for file in files
    ]
    require_videos(videos, f'no MVI_NUMBER.xml in {source} or below')
    return write_benchmark_set(
        target, videos, _read_video, ['train', 'test'], classes, ignore_classes, clip
    )


def _read_video(video: BenchmarkVideo) -> SourcePart:
    images = list_images(video.images)
    frames = np.array(
        [
            whole_number(image.stem.removeprefix('img'), f'{image}: number', low=1)
            for image in images
        ]
    )
    root = read_xml(video.file)
    if root.tag != 'sequence':
        raise DataError(f'{video.file} is not a file of UA-DETRAC: <{root.tag}>')
    rows, places = [], []
    areas = [
        _box(video.file, 'ignored_region', box)
        for box in root.findall('ignored_region/box')
    ]
    for frame in frames.tolist():
        rows += [_row(frame, -1, IGNORE_NAME, area) for area in areas]
        places += [f'{video.file}: ignored_region'] * len(areas)
    for frame in root.findall('frame'):
        where = f'{video.file}: frame {frame.get("num")}'
        number = whole_number(frame.get('num'), f'{where}: num', low=1)
        for element in frame.findall('target_list/target'):
            place = f'{where}, target {element.get("id")}'
            box, look = element.find('box'), element.find('attribute')
            if box is None or look is None or not look.get('vehicle_type'):
                raise DataError(f'{place} needs a box and an attribute vehicle_type')
            identity = whole_number(element.get('id'), f'{place}: id', low=0)
            kind = str(look.get('vehicle_type')).lower()
            rows.append(_row(number, identity, kind, _box(video.file, place, box)))
            places.append(place)
    named = NamedRows.of(rows, places)
    return make_source(video, named, _RULES, frames, FRAME_RATE, images)


def _row(frame: int, identity: int, name: str, tlwh: list[float]) -> dict:
    return {'frames': frame, 'ids': identity, 'names': name, 'tlwh': tlwh}


def _box(file: Path, place: str, box: ElementTree.Element) -> list[float]:
    return [
        real_number(box.get(key), f'{file}: {place}: {key}')
        for key in ('left', 'top', 'width', 'height')
    ]
