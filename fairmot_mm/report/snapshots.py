"""Small pictures of moments, taken from the frames of a sequence."""

import base64
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from fairmot_mm.utils import DataError
from fairmot_mm.utils.images import read_image
from fairmot_mm.video.frame_source import open_source
from fairmot_mm.visualization.drawing import draw_label, whole_pixels

_CROP = (280, 280)  # width and height in pixels
_WHOLE = 480  # width of a whole frame
_MARGIN = 1.9  # size of a crop in sizes of what it shows
_QUALITY = 72
_LEAST_SIDE = 32  # pixels of the frame that a crop shows at least


@dataclass(frozen=True)
class Mark:
    """A box to draw.

    Attributes:
        tlwh: Left, top, width and height in pixels of the frame.
        text: One line of ASCII.
        color: BGR.
    """

    tlwh: tuple[float, float, float, float]
    text: str
    color: tuple[int, int, int]


@dataclass(frozen=True)
class Snapshot:
    """A picture to take.

    Attributes:
        frame: Number of the frame.
        marks: Boxes to draw.
        region: Left, top, width and height in pixels of what the picture is about, of
            which it shows the surroundings too; None shows the whole frame.
    """

    frame: int
    marks: tuple[Mark, ...] = ()
    region: tuple[float, float, float, float] | None = None


class FrameStore(Protocol):
    """Where the frames of a sequence come from."""

    def read(self, numbers: Iterable[int]) -> Iterator[tuple[int, np.ndarray]]:
        """Read frames.

        Args:
            numbers: Their numbers.

        Yields:
            Number and image (H, W, 3) uint8 BGR of each, by number.

        Raises:
            DataError: There is no such frame, or it cannot be read.
        """


class ImageFolder:
    """Frames that are image files.

    Args:
        images: The file of each frame, by its number.
    """

    def __init__(self, images: Mapping[int, Path]) -> None:
        self.images = images

    def read(self, numbers: Iterable[int]) -> Iterator[tuple[int, np.ndarray]]:
        """Read frames, see `FrameStore`."""
        for number in sorted(numbers):
            if number not in self.images:
                folder = next(iter(self.images.values())).parent
                raise DataError(f'{folder} has no image of frame {number}')
            yield number, read_image(str(self.images[number]))


class VideoFile:
    """Frames of a video file, which count from 1.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, numbers: Iterable[int]) -> Iterator[tuple[int, np.ndarray]]:
        """Read frames in one pass over the video, see `FrameStore`."""
        wanted = sorted(numbers)
        count = 0
        for count, frame in enumerate(open_source(str(self.path)).frames, 1):
            if wanted and count == wanted[0]:
                yield wanted.pop(0), frame.image
            if not wanted:
                return
        raise DataError(
            f'{self.path} has {count} frames, but the tracks have a frame {wanted[0]}: '
            'give the video that they were made from'
        )


def take_snapshots(
    snapshots: Iterable[Snapshot], store: FrameStore
) -> dict[Snapshot, str]:
    """Take pictures; each frame is read once.

    Args:
        snapshots: The pictures to take.
        store: The frames.

    Returns:
        Each picture as an address with its content.

    Raises:
        DataError: A frame cannot be read.
    """
    by_frame: dict[int, list[Snapshot]] = defaultdict(list)
    for snapshot in dict.fromkeys(snapshots):
        by_frame[snapshot.frame].append(snapshot)
    if not by_frame:
        return {}
    return {
        snapshot: encode_jpeg(_take(snapshot, image))
        for number, image in store.read(by_frame)
        for snapshot in by_frame[number]
    }


def encode_jpeg(image: np.ndarray) -> str:
    """Encode an image as an address with its content.

    Args:
        image: (H, W, 3) uint8 BGR.

    Returns:
        The address, ``data:image/jpeg;base64,...``.
    """
    data = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return f'data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}'


def surround(*boxes: np.ndarray) -> tuple[float, float, float, float]:
    """Find the region around boxes.

    Args:
        boxes: Boxes (4,), left, top, width and height in pixels.

    Returns:
        Left, top, width and height of the smallest box around all.
    """
    tlwh = np.stack(boxes)
    start, end = tlwh[:, :2].min(axis=0), (tlwh[:, :2] + tlwh[:, 2:]).max(axis=0)
    left, top, width, height = np.concatenate([start, end - start]).tolist()
    return left, top, width, height


def _take(snapshot: Snapshot, image: np.ndarray) -> np.ndarray:
    """Cut out and scale the region, and draw the boxes on it."""
    height, width = image.shape[:2]
    if snapshot.region is None:
        start, scale = np.zeros(2), min(1.0, _WHOLE / width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        canvas = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    else:
        left, top, side = _square(np.array(snapshot.region), width, height)
        start, scale = np.array([left, top]), _CROP[0] / side
        cut = image[top : top + side, left : left + side]
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        canvas = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=how)
    for mark in snapshot.marks:
        box = np.array(mark.tlwh)
        corners = np.concatenate([box[:2] - start, box[:2] + box[2:] - start])
        x1, y1, x2, y2 = whole_pixels(scale * corners, canvas)[0].tolist()
        cv2.rectangle(canvas, (x1, y1), (x2, y2), mark.color, 2)
    for mark in snapshot.marks:
        if mark.text:
            left, top = (scale * (np.array(mark.tlwh[:2]) - start)).round().tolist()
            draw_label(canvas, mark.text, (int(left), int(top)), mark.color)
    return canvas


def _square(region: np.ndarray, width: int, height: int) -> tuple[int, int, int]:
    """Left, top and side of the square of a frame that shows a region."""
    side = int(max(_MARGIN * region[2:].max(), _LEAST_SIDE))
    side = min(side, width, height)
    centre = region[:2] + region[2:] / 2
    corner = np.clip(centre - side / 2, 0, [width - side, height - side])
    left, top = corner.astype(int).tolist()
    return left, top, side
