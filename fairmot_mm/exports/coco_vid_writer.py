"""Writing tracks as COCO annotations of a video (COCO-VID)."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import IO, Any

import numpy as np

from fairmot_mm.exports.tracked_frame import TrackedFrame
from fairmot_mm.exports.whole_file_writer import WholeFileWriter
from fairmot_mm.utils import atomic_path


class COCOVIDWriter(WholeFileWriter):
    """Writes ``videos``, ``images``, ``annotations`` and ``categories`` of one video.

    See `TrackWriter`. Every frame is an image with ``frame_id`` (from 0). Images of a
    folder have their names from the folder of the video on, as in
    ``street/img1/000007.jpg``; frames of a video have the names that
    ``fairmot extract-frames`` gives them. Each annotation has ``bbox`` (left, top,
    width, height in pixels), ``score``, and the identity as ``instance_id`` and as
    ``track_id``, as different readers want it. Categories count from 1.

    Args:
        path: The file to make. Its folder is created.
        video: The video; it has the names of the classes.
    """

    _num_annotations = 0
    _images: IO[str]
    _annotations: IO[str]

    def write(self, frame: TrackedFrame) -> None:
        """Append the tracks of the next frame, see `TrackWriter`."""
        with self._all_or_nothing():
            if not self._is_open:
                self._open()
            width, height = frame.size
            image = {
                'id': self.num_frames + 1,
                'video_id': 1,
                'frame_id': frame.index,
                'file_name': image_name(self.video.name, frame),
                'width': width,
                'height': height,
            }
            separator = ',\n' if self.num_frames else ''
            self._images.write(separator + _dump(image))
            for annotation in self._annotations_of(frame):
                separator = ',\n' if self._num_annotations else ''
                self._annotations.write(separator + _dump(annotation))
                self._num_annotations += 1
            self.num_frames += 1

    def close(self) -> None:
        """Finish the file and give it its name, see `TrackWriter`."""
        if not self._is_open:
            return
        self._is_open = False
        with self._all_or_nothing():
            self._images.write('\n],\n"annotations": [\n')
            self._annotations.seek(0)
            shutil.copyfileobj(self._annotations, self._images)
            self._images.write('\n]\n}\n')
            self._files.close()

    def _open(self) -> None:
        """Start the file; the annotations wait in a second one until its images end."""
        temporary = self._files.enter_context(atomic_path(self.path))
        self._annotations = self._files.enter_context(
            tempfile.TemporaryFile(  # noqa: SIM115, the stack closes it
                'w+', encoding='utf-8', dir=self.path.parent
            )
        )
        file = self._files.enter_context(temporary.open('w', encoding='utf-8'))
        self._images, self._is_open = file, True
        video = {'id': 1, 'name': self.video.name, 'fps': self.video.frame_rate}
        categories = [
            {'id': number, 'name': name}
            for number, name in enumerate(self.video.classes, 1)
        ]
        file.write(f'{{\n"videos": [\n{_dump(video)}\n],\n"categories": [\n')
        file.write(',\n'.join(map(_dump, categories)) + '\n],\n"images": [\n')

    def _annotations_of(self, frame: TrackedFrame) -> Iterator[dict[str, Any]]:
        number = self._num_annotations
        areas = np.prod(frame.tlwh[:, 2:], axis=1).round(4).tolist()
        for identity, label, score, box, area in zip(
            frame.ids.tolist(),
            frame.labels.tolist(),
            frame.scores.tolist(),
            frame.tlwh.round(4).tolist(),
            areas,
            strict=True,
        ):
            self.video.class_name(label)  # it must have one
            number += 1
            yield {
                'id': number,
                'image_id': self.num_frames + 1,
                'video_id': 1,
                'category_id': label + 1,
                'instance_id': identity,
                'track_id': identity,
                'bbox': box,
                'area': area,
                'iscrowd': 0,
                'score': float(f'{score:.6g}'),
            }


def image_name(video: str, frame: TrackedFrame) -> str:
    """Name of the image of a frame, below the folder that holds the video.

    Args:
        video: Name of the video.
        frame: The frame.
    """
    if not frame.image:
        return f'{video}/img1/{frame.index + 1:06d}.jpg'
    parts = PurePath(frame.image).parts
    start = parts.index(video) if video in parts[:-1] else len(parts) - 1
    return PurePath(*parts[start:]).as_posix()


def _dump(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, allow_nan=False)
