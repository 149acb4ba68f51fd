"""Labels videos and folders of images with a detector."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from fairmot_mm.actions.find_still_figures import find_still_figures
from fairmot_mm.actions.link_boxes import link_boxes
from fairmot_mm.apis import build_tracker
from fairmot_mm.datasets.converters.jde_writer import write_jde_set
from fairmot_mm.datasets.converters.label_part import (
    ALL_IMAGES,
    SourcePart,
    read_sizes,
)
from fairmot_mm.datasets.converters.target import Target
from fairmot_mm.datasets.converters.video_frames import (
    extract_frames,
    require_different_names,
)
from fairmot_mm.evaluation import (
    DetectedSequence,
    load_detections,
    read_origin,
    save_detections,
)
from fairmot_mm.inference.teacher_detector import TeacherDetector
from fairmot_mm.inference.teacher_embedder import TeacherEmbedder
from fairmot_mm.inference.teacher_network import TeacherNetwork, TeacherPixels
from fairmot_mm.utils import DataError, MOTRows, SequenceInfo, cli
from fairmot_mm.utils.boxes import xyxy_to_tlwh
from fairmot_mm.utils.claim_output import claim_output
from fairmot_mm.utils.file_listing import find_images, sort_images
from fairmot_mm.utils.images import read_image
from fairmot_mm.video.frame_source import DEFAULT_FRAME_RATE

# An interrupted run loses no more than this many images.
CHUNK = 100
PEDESTRIAN = 'pedestrian'


@dataclass(frozen=True)
class Teacher:
    """The networks that label, and what their labels depend on.

    Attributes:
        detector: Finds people.
        embedder: Embeds them, or None.
        ignore_thr: Lower scores are not kept.
        origin: Description of all this.
    """

    detector: TeacherDetector
    embedder: TeacherEmbedder | None
    ignore_thr: float
    origin: str


def open_teacher(args: argparse.Namespace) -> Teacher:
    """Open the networks of the command line."""
    size = args.size and (args.size[0], args.size[1])
    pixels = TeacherPixels(args.mean, args.std, args.rgb)
    network = TeacherNetwork(args.teacher, pixels, args.device)
    detector = TeacherDetector(network, size, args.person)
    embedder = None
    if args.reid:
        embedder = TeacherEmbedder(TeacherNetwork(args.reid, device=args.device))
    origin = {
        'detector': network.digest.tobytes().hex(),
        'embedder': embedder and embedder.network.digest.tobytes().hex(),
        'size': detector.size,
        'pixels': [[*pixels.mean], [*pixels.std], pixels.rgb],
        'person': args.person,
        'ignore_thr': args.ignore_thr,
    }
    return Teacher(detector, embedder, args.ignore_thr, json.dumps(origin))


def label_with_teacher(args: argparse.Namespace) -> None:
    """Write images, labels and the list ``OUT/name.train``."""
    require_different_names([Path(source).name for source in args.sources])
    target = Target(Path(args.out), args.name, args.copy, workers=1)
    teacher = open_teacher(args)
    with claim_output(target.list_file('train'), overwrite=True):
        sources = [_open_source(Path(source), target) for source in args.sources]
        parts = [_label(source, args, teacher, target) for source in sources]
        report = write_jde_set(target, parts, _itself, ['train'], keep_ignored=True)
    print(report)


def _itself(part: SourcePart) -> SourcePart:
    return part


@dataclass(frozen=True)
class Source:
    """Images that are labelled together.

    Attributes:
        name: Name of their folder in the set.
        images: The images in order.
        frame_rate: Images a second, for the tracker that links.
    """

    name: str
    images: list[Path]
    frame_rate: float


def _open_source(path: Path, target: Target) -> Source:
    """Find the images of a folder, or write the frames of a video."""
    if not path.is_dir():
        path, _ = extract_frames(path, target.folder / 'frames', show_progress=True)
    folder = path.resolve()
    if folder.name == 'img1':
        folder = folder.parent
    images = sort_images(find_images(path))
    if not images:
        raise DataError(f'{path} has no image')
    is_sequence = (folder / 'seqinfo.ini').is_file()
    rate = SequenceInfo.read(folder).frame_rate if is_sequence else DEFAULT_FRAME_RATE
    return Source(folder.name, images, float(rate))


def _label(
    source: Source, args: argparse.Namespace, teacher: Teacher, target: Target
) -> SourcePart:
    """Labels of a source, as a part of the set."""
    # Links need every image; without them only those of the list are looked at.
    first, step = (1, args.every) if args.link else (args.every, 1)
    images = source.images[::first]
    store = target.folder / 'teacher' / source.name
    found = detect_images(images, teacher, store, source.name)
    is_person = found.scores >= args.score_thr
    ids = np.full(len(found.scores), -1)
    if args.link:
        found = replace(found, frame_rate=source.frame_rate)
        ids = link_boxes(found, build_tracker(args.link))
        is_person |= ids >= 0
    still = np.zeros(len(ids), bool)
    if args.still_share is not None:
        still = find_still_figures(found, args.still_share, args.score_thr)
    places = np.repeat(np.arange(found.num_frames), np.diff(found.starts))
    listed = places % step == 0
    images = images[::step]
    return SourcePart(
        f'train/{source.name}/img1',
        images,
        read_sizes(images),
        image=places[listed] // step,
        names=np.full(int(listed.sum()), PEDESTRIAN, object),
        ids=ids[listed],
        tlwh=xyxy_to_tlwh(found.bboxes[listed].astype(np.float64)),
        dropped={'it stands still': still[listed]},
        flagged={'the teacher is not sure': ~is_person[listed]},
        lists={'train': ALL_IMAGES},
        file=Path(source.name),
    )


def detect_images(
    images: Sequence[Path], teacher: Teacher, store: Path, name: str
) -> DetectedSequence:
    """Detect the people of images, or read what an earlier run has found in them.

    Args:
        images: The images, in order.
        teacher: The networks.
        store: Folder for what is found, in parts; a part of another teacher or of other
            images is made again.
        name: Name for the progress bar.

    Returns:
        The detections of all images.
    """
    chunks = [images[k : k + CHUNK] for k in range(0, len(images), CHUNK)]
    parts = []
    for number, chunk in enumerate(cli.show_progress(chunks, name)):
        file = store / f'{number:05d}.npz'
        origin = json.dumps([teacher.origin, *map(str, chunk)])
        if read_origin(file) != origin:
            save_detections(file, detect_with_teacher(chunk, teacher), origin)
        parts.append(load_detections(file))
    return _join(parts)


def detect_with_teacher(images: Sequence[Path], teacher: Teacher) -> DetectedSequence:
    """Detect the people of images of one size.

    Args:
        images: The images, in order.
        teacher: The networks.

    Returns:
        The detections; one frame a second, and no ground truth.
    """
    boxes, scores, embeds, starts = [], [], [], [0]
    shape = 1, 1
    for path in images:
        image = read_image(str(path))
        shape = image.shape[0], image.shape[1]
        found, own = teacher.detector.detect(image)
        kept = own >= teacher.ignore_thr
        boxes.append(found[kept])
        scores.append(own[kept])
        if teacher.embedder is not None and kept.any():
            embeds.append(teacher.embedder.embed(image, found[kept]))
        starts.append(starts[-1] + int(kept.sum()))
    none = np.zeros(0, np.int64)
    count = starts[-1]
    return DetectedSequence(
        name=images[0].parent.name,
        frame_rate=1.0,
        ori_shape=shape,
        gt=MOTRows.of_pedestrians(none, none, np.zeros((0, 4))),
        starts=np.array(starts),
        bboxes=np.concatenate(boxes).reshape(-1, 4).astype(np.float32),
        scores=np.concatenate(scores).astype(np.float32),
        labels=np.zeros(count, np.int64),
        embeds=np.concatenate(embeds) if embeds else np.zeros((count, 1), np.float32),
    )


def _join(parts: Sequence[DetectedSequence]) -> DetectedSequence:
    """One sequence of the parts, whose frames count from 1."""
    counts = np.concatenate([np.diff(part.starts) for part in parts])
    width = max(part.embeds.shape[1] for part in parts)
    embeds = [
        part.embeds if len(part.embeds) else np.zeros((0, width), np.float32)
        for part in parts
    ]
    join = partial(np.concatenate, axis=0)
    return DetectedSequence(
        name=parts[0].name,
        frame_rate=parts[0].frame_rate,
        ori_shape=parts[0].ori_shape,
        gt=parts[0].gt,
        starts=np.concatenate([[0], counts.cumsum()]),
        bboxes=join([part.bboxes for part in parts]),
        scores=join([part.scores for part in parts]),
        labels=join([part.labels for part in parts]),
        embeds=join(embeds),
    )
